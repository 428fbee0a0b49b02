"""How much faster is DCGAN-64 on two cores that are two devices?

    python benchmarks/scaling.py [--precision bfloat16] [--steps-per-execution 4]

Trains by `model.fit` on

    one        1 process pinned to 1 core
    strangers  2 such processes at once that know nothing of each other
    machines   2 processes, each pinned to a core of its own, as a machine (multiworker)
    devices    1 process on 2 cores with 2 logical devices (cpu:2)
    whole      1 process on 2 cores, without a strategy

with the same number of examples a replica, in turn, `--rounds` times, and prints the
medians of images a second and the efficiency: the rate over twice that of `one`. What
`strangers` lack of 1 is lost to the hardware they share (memory, clock); what
`machines` lack of `strangers` is the strategy and the network. Run it on an idle
machine with at least 2 cores.
"""

import argparse
import os
import statistics
import subprocess
import sys

import machines

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# name -> (processes, their CPUs, devices)
ARRANGEMENTS = {
    "one": ([[0]], "cpu:1"),
    "strangers": ([[0], [1]], "cpu:1"),
    "machines": ([[0], [1]], "multiworker"),
    "devices": ([[0, 1]], "cpu:2"),
    "whole": ([[0, 1]], "cpu:1"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--precision", default="float32", help="float32 or bfloat16")
    parser.add_argument("--steps-per-execution", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=32, help="of one replica")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(ARRANGEMENTS))
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return train(options, *options.child)

    rates = {name: [] for name in options.only}
    for _ in range(options.rounds):
        for name in options.only:
            rates[name].append(measure(options, *ARRANGEMENTS[name]))
    print(
        f"DCGAN 64x64x3, width {options.width}, {options.batch_size} examples a "
        f"replica, {options.precision}, {options.steps_per_execution} steps at once"
    )
    one = statistics.median(rates["one"])
    for name, measured in rates.items():
        rate = statistics.median(measured)
        spread = f"{min(measured):7.1f} to {max(measured):.1f}"
        print(f"  {name:10}{rate:8.1f} images/s  {rate / one / 2:6.2f}   {spread}")
    return None


def measure(options, cpus, devices):
    """Images a second of all processes of an arrangement together."""
    environments = [None] * len(cpus)
    if devices == "multiworker":
        environments = machines.environments(len(cpus))
    processes = []
    for environment, cores in zip(environments, cpus, strict=True):
        cores = ",".join(map(str, cores))
        command = [sys.executable, __file__, *sys.argv[1:], "--child", cores, devices]
        processes.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=-3, text=True
            )
        )
    found = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        sys.exit(f"a process of {devices} on cores {cpus} failed")
    found = [float(out.split()[-1]) for out in found]
    # Machines report the rate of their common, global batches.
    return found[0] if devices == "multiworker" else sum(found)


def train(options, cores, devices):
    # Before TensorFlow counts them.
    os.sched_setaffinity(0, set(map(int, cores.split(","))))
    import keras
    import numpy as np

    import kgan

    strategy = kgan.distribute.strategy(devices)
    if options.precision != "float32":
        keras.config.set_dtype_policy(f"mixed_{options.precision}")
    with strategy.scope():
        model = kgan.DCGAN((64, 64, 3), 100, options.width, seed=0)
        adam = keras.optimizers.Adam
        model.compile(
            adam(2e-4, 0.5),
            adam(2e-4, 0.5),
            steps_per_execution=options.steps_per_execution,
        )
    replicas = strategy.num_replicas_in_sync
    if len(cores.split(",")) == 2:
        replicas = 2
    batch_size = options.batch_size * replicas
    # A fourth of the steps warms up.
    steps = options.steps + options.steps // 4
    images = np.random.default_rng(0).integers(
        0, 256, (steps * batch_size, 64, 64, 3), "uint8"
    )
    source = kgan.data.open_source(images)
    data = kgan.distribute.batches(strategy, source, batch_size, seed=0)
    clock = Clock(options.steps // 4)
    model.fit(data, callbacks=[clock], verbose=0)
    print((clock.steps - options.steps // 4) * batch_size / clock.seconds)


def Clock(warm_up):  # noqa: N802
    import time

    import keras

    class Clock(keras.callbacks.Callback):
        """Seconds between the end of the warm-up and the end of the epoch."""

        start = None

        def on_train_batch_end(self, batch, logs=None):
            float(logs["d_loss"].item() if hasattr(logs["d_loss"], "item") else 0)
            if self.start is None and batch + 1 >= warm_up:
                self.first, self.start = batch + 1, time.perf_counter()
            self.steps = batch + 1

        def on_train_end(self, logs=None):
            self.seconds = time.perf_counter() - self.start

    return Clock()


if __name__ == "__main__":
    main()
