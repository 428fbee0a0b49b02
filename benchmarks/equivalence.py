"""Do N replicas compute what one computes? A table of the largest differences.

    python benchmarks/equivalence.py

Trains each model for 1 and for 20 steps on the same global batches on 1, 2 and 4
logical CPUs, or machines (processes on loopback), with dropout, batch normalization,
k = 2 and an averaged generator, by SGD with momentum and by Adam. Prints how far the
weights are from those of one device, all together (the norm of the difference over that
of the weights) and in the worst variable, and how far the logged means are.

What rounding alone does is in the rows `rounding`: one device, whose initial weights
were changed by one unit in their last place. A game of 20 steps in float32 makes
that visible, above all under Adam, which divides a gradient that is nothing but
rounding by its own size. Float64 shows the equality itself.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import machines

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

STEPS = (1, 20)
ARRANGEMENTS = ("rounding", "cpu:2", "cpu:4", "machines:2", "machines:4")
MODELS = ("DCGAN", "VanillaGAN")
CASES = (("float32", "sgd"), ("float32", "adam"), ("float64", "adam"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="*", default=MODELS)
    parser.add_argument("--on", nargs="*", default=ARRANGEMENTS)
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return train(*options.child)
    print(
        f"{'model':12}{'dtype':9}{'optimizer':10}{'on':12}{'steps':>6}"
        f"{'weights':>11}{'worst':>11}{'logs':>11}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for model in options.models:
            for case in CASES:
                one = run(Path(folder), model, *case, "cpu:1")
                for arrangement in options.on:
                    other = run(Path(folder), model, *case, arrangement)
                    compare(
                        f"{model:12}{case[0]:9}{case[1]:10}", arrangement, one, other
                    )
    return None


def run(folder, model, dtype, optimizer, arrangement):
    """What the processes of an arrangement saved; they must have saved the same."""
    import numpy as np

    environments, devices = [None], arrangement
    if arrangement.startswith("machines:"):
        environments = machines.environments(int(arrangement.split(":")[1]))
        devices = "multiworker"
    files = [folder / f"{i}.npz" for i in range(len(environments))]
    command = [sys.executable, __file__, "--child", model, dtype, optimizer, devices]
    processes = [
        subprocess.Popen([*command, str(file)], env=environment, stderr=-3)
        for environment, file in zip(environments, files, strict=True)
    ]
    if any([process.wait() for process in processes]):
        sys.exit(f"a process of {arrangement} failed")
    first, *others = (dict(np.load(file)) for file in files)
    for other in others:
        for name, value in first.items():
            if not np.array_equal(value, other[name]):
                sys.exit(f"{arrangement}: the machines differ in {name}")
    return first


def compare(case, arrangement, one, other):
    import numpy as np

    norm = np.linalg.norm
    for steps in STEPS:
        names = [name for name in one if name.startswith(f"{steps}:weights")]
        sizes = np.array([norm(one[name]) for name in names])
        differences = np.array([norm(one[name] - other[name]) for name in names])
        worst = np.max(differences / np.maximum(sizes, 1e-30))
        logs = one[f"{steps}:logs"], other[f"{steps}:logs"]
        print(
            f"{case}{arrangement:12}{steps:6}{norm(differences) / norm(sizes):11.1e}"
            f"{worst:11.1e}{norm(logs[0] - logs[1]) / norm(logs[0]):11.1e}",
            flush=True,
        )


def train(name, dtype, optimizer, devices, out):
    import keras
    import numpy as np

    import kgan

    perturbed = devices == "rounding"
    strategy = kgan.distribute.strategy("cpu:1" if perturbed else devices)
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    small = {"width": 8} if name == "DCGAN" else {"generator_hidden": (64,)}
    make = {
        "sgd": lambda: keras.optimizers.SGD(2e-3, momentum=0.5),
        # A larger epsilon than usual: at first Adam divides rounding by rounding.
        "adam": lambda: keras.optimizers.Adam(2e-4, 0.5, epsilon=1e-4),
    }[optimizer]
    with strategy.scope():
        model = getattr(kgan, name)(
            (28, 28, 1), 16, discriminator_steps=2, ema_decay=0.9, seed=0, **small
        )
        model.compile(make(), make())
    if perturbed:
        for weight in model.trainable_weights:
            weight.assign(np.nextafter(weight.numpy(), np.inf))
    source = kgan.data.open_source(split="train[:32%]")
    data = kgan.distribute.batches(strategy, source, 160, seed=0)
    saved = {}

    class Keep(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch + 1 in STEPS:
                for i, weight in enumerate(self.model.weights):
                    saved[f"{batch + 1}:weights:{i}"] = weight.numpy()
                saved[f"{batch + 1}:logs"] = np.array([logs[k] for k in sorted(logs)])

    model.fit(data, verbose=0, callbacks=[Keep()])
    np.savez(out, **saved)


if __name__ == "__main__":
    main()
