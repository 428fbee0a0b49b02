"""Speed and memory of training on GPUs, against PyTorch.

    python benchmarks/gpu.py [--torch PYTHON] [--networks dcgan stylegan2] \\
        [--precision float32 mixed_bfloat16 mixed_float16] [--rounds 5]

Trains DCGAN and StyleGAN2 at 64x64 pixels by `model.fit`, on batches that lie ready, in
each precision, with XLA and without, on one GPU and on all of them
(`MirroredStrategy`); and the same networks, losses and passes per step in PyTorch on
one GPU, as PyTorch is without options, with memory in channels-last order, and with
torch.compile. Prints a table of
    images/s      of all devices; each has a batch of `--batch-size`
    peak          the most memory that tensors had on a GPU, in MB
    kgan / best   the images a second over those of PyTorch's best mode on one GPU, in
                  the same precision
Each combination is a process that has the GPUs alone, and begins with two runs that do
not count; the medians of `--rounds` runs count. A combination that fails has the first
words of its error in the table. Half precision is Keras' policy here, autocast in
PyTorch; in float16, both scale the losses.

`--smallest`, which is also what a machine without GPUs does, shows that everything
works: tiny networks, two steps, all in this process, on one and on two logical CPUs.
"""

import argparse
import contextlib
import functools
import itertools
import os
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

import style_speed
import train_speed
from in_turn import Peer, Rounds, answer, check_parameters, first_words, head

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

MODES = ("eager", "channels_last", "compile")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
HERE = Path(__file__).parent
SCRIPTS = {"dcgan": "torch_dcgan.py", "stylegan2": "torch_style.py"}
BUILT = {
    "dcgan": train_speed.built,
    "stylegan2": functools.partial(style_speed.built, lazy=True),
}
COLUMNS = [
    *("network", "precision", "by", "XLA", "devices"),
    *("images/s", "peak", "kgan / best"),
]
SMALLEST = [
    *("--batch-size", "8", "--size", "16", "--latents", "4", "--width", "2"),
    *("--channel-base", "64", "--channel-max", "4", "--steps", "2", "--rounds", "1"),
]


def main(argv=None):
    argv = sys.argv[1:] if argv is None else argv
    options = parsed(argv)
    if options.answer:
        training = Training(*options.answer, options)
        return answer({"train": training.fit}, training.parameters, gpu_peak)
    gpus = gpus_here()
    if options.smallest or not gpus:
        options = parsed(["--smallest", *SMALLEST, *argv])
        devices = two_cpus()
    else:
        devices = {"one": (1, "gpu:0")} | ({"all": (gpus, "auto")} if gpus > 1 else {})
    devices = dict(pair for name, pair in devices.items() if name in options.devices)
    rounds = Rounds(options.rounds)
    print(head(COLUMNS))
    for name, precision in itertools.product(options.networks, options.precision):
        measure(name, precision, devices, rounds, options)
    print(f"\n{rounds.note()}")
    return None


def parsed(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--networks", nargs="*", default=list(SCRIPTS), choices=SCRIPTS)
    add("--precision", nargs="*", default=PRECISIONS, choices=PRECISIONS)
    add("--xla", nargs="*", default=["off", "on"], choices=["off", "on"])
    add("--devices", nargs="*", default=["one", "all"], choices=["one", "all"])
    add("--modes", nargs="*", default=MODES, choices=MODES, help="of PyTorch")
    add("--torch", default=sys.executable, help="a Python with torch")
    add("--size", type=int, default=64, help="pixels of a side")
    add("--batch-size", type=int, default=64, help="of one device")
    add("--latents", type=int, default=512)
    add("--width", type=int, default=64, help="of DCGAN")
    add("--channel-base", type=int, default=16384, help="of StyleGAN2")
    add("--channel-max", type=int, default=512, help="of StyleGAN2")
    add("--steps", type=int, default=160, help="of a run: a multiple of 16")
    add("--steps-per-execution", type=int, default=1, help="on one device")
    add("--rounds", type=int, default=5)
    add("--smallest", action="store_true", help="only show that it works, on a CPU")
    add("--answer", nargs=4, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def gpus_here():
    import tensorflow as tf

    return len(tf.config.list_physical_devices("GPU"))


def two_cpus():
    """The devices of `--smallest`; two have to be there before TensorFlow starts."""
    import kgan

    kgan.distribute.strategy("cpu:2")
    return {"one": (1, "cpu:1"), "all": (2, "cpu:2")}


def measure(name, precision, devices, rounds, options):
    """Prints the rows of a network in a precision."""
    ours, theirs, expected = {}, {}, None
    for xla, (n, where) in itertools.product(options.xla, devices.items()):
        told = name, precision, xla, where
        start = lambda told=told: kgan_peer(told, options)  # noqa: E731
        examples = n * options.batch_size * options.steps
        result = measured(start, 1, examples, rounds)
        ours["kgan", xla, n], expected = result, expected or result.parameters
    for mode in options.modes:
        start = lambda mode=mode: torch_peer(name, precision, mode, options)  # noqa: E731
        examples = options.batch_size * options.steps
        theirs[mode, "", 1] = result = measured(start, options.steps, examples, rounds)
        if expected and result.parameters:
            check_parameters(mode, result.parameters, expected)
    best = max((r.rate for r in theirs.values() if r.rate), default=None)
    for (by, xla, n), result in {**ours, **theirs}.items():
        ratio = (
            f"{result.rate / best:.2f}" if by == "kgan" and result.rate and best else ""
        )
        rate = f"{result.rate:.1f}" if result.rate else result.error
        peak = "" if result.peak is None else result.peak
        cells = name, precision, by, xla, n, rate, peak, ratio
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


class Result(NamedTuple):
    """What a combination gave, or the first words of its error."""

    rate: float | None = None
    peak: int | None = None
    parameters: list[int] | None = None
    error: str = ""


def measured(start, times, examples, rounds):
    """The `Result` of a peer.

    Args:
        start: starts it.
        times: how often its task is done in a run.
        examples: how many examples a run works on.
        rounds: `Rounds`.
    """
    try:
        with contextlib.closing(start()) as peer:
            runs = {"train": lambda: peer.run("train", times)}
            rates = rounds.rates(runs, examples)["train"]
            return Result(statistics.median(rates), peer.peak, peer.parameters)
    except Exception as error:
        # Out of memory, no such kernel, no torch: the other combinations go on.
        return Result(error=first_words(error))


def kgan_peer(told, options):
    if options.smallest:
        training = Training(*told, options)
        training.fit()
        return training
    return Peer([sys.executable, __file__, *sys.argv[1:], "--answer", *told])


def torch_peer(name, precision, mode, options):
    device = "cpu" if options.smallest else "cuda"
    told = device, precision.removeprefix("mixed_"), mode, *numbers_of(name, options)
    return Peer([options.torch, HERE / SCRIPTS[name], *told])


def numbers_of(name, options):
    """What the script of PyTorch is told."""
    if name == "dcgan":
        numbers = options.size, 3, options.latents, options.width
    else:
        widths = options.channel_base, options.channel_max
        numbers = options.size, *widths, options.latents
    return *numbers, options.batch_size


class Training:
    """A training of kgan in this process; it is asked as a `Peer` is."""

    peak = None

    def __init__(self, name, precision, xla, where, options):
        import keras

        import kgan

        strategy = kgan.distribute.strategy(where)
        replicas = strategy.num_replicas_in_sync
        compiled = {"jit_compile": xla == "on"}
        if replicas == 1:
            compiled["steps_per_execution"] = options.steps_per_execution
        *numbers, batch = numbers_of(name, options)
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(precision)
        try:
            with strategy.scope():
                self.model = BUILT[name](*numbers, **compiled)
        finally:
            keras.config.set_dtype_policy(before)
        self.parameters = train_speed.trainable(self.model)
        self.data = style_speed.batches(options.size, batch * replicas, options.steps)

    def fit(self):
        self.model.fit(self.data, verbose=0)

    def run(self, task, times):
        for _ in range(times):
            self.fit()

    def close(self):
        pass


def gpu_peak():
    """The most megabytes that tensors had on a GPU until now."""
    import tensorflow as tf

    memory = tf.config.experimental.get_memory_info
    gpus = [gpu.name for gpu in tf.config.list_logical_devices("GPU")]
    peaks = [memory(gpu.removeprefix("/device:"))["peak"] for gpu in gpus]
    return round(max(peaks) / 2**20) if peaks else None


if __name__ == "__main__":
    main()
