"""Training speed of DCGAN: `fit` against PyTorch, a bare loop, and the data.

    python benchmarks/train_speed.py [--torch PYTHON] [--sizes 28 64] [--rounds 5] \\
        [--precision float32 bfloat16]

Prints a table of images a second of 28x28 gray and of 64x64 color images:
    kgan           model.fit from kgan.data, with a progress bar that nobody sees
    eager          the same networks, optimizers and passes per step in PyTorch, on
                   batches that lie ready
    channels_last  memory in that order, and Adam's fused form
    compile        the same, with torch.compile
Then the ratios of that `fit` to `bare`, the same training step in a tf.function on
batches that lie ready, and of `data`, reading alone, to `bare`; and the operations a
second of `bare` as a part of the machine's limit, see roofline.py. Each is measured in
turn, `--rounds` times; the medians count. The columns of PyTorch need torch: in this
environment, or in that of the interpreter that --torch names. Run it on an idle
machine.
"""

import argparse
import contextlib
import io
import math
import os
import statistics
import sys
from pathlib import Path

from in_turn import Rounds, header, peers_row, start_peers
from operations import PERIOD, operations
from roofline import Limit

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

MODES = ("eager", "channels_last", "compile")
PRECISIONS = ("float32", "bfloat16")
HERE = Path(__file__).parent
CHANNELS = {28: 1, 64: 3}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=[28, 64], choices=CHANNELS
    )
    parser.add_argument(
        "--precision", nargs="*", default=PRECISIONS, choices=PRECISIONS
    )
    parser.add_argument("--modes", nargs="*", default=MODES, choices=MODES)
    parser.add_argument("--latents", type=int, default=64)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=150, help="at 28 pixels")
    parser.add_argument("--steps-64", type=int, default=24, help="at 64 pixels")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch", default=sys.executable, help="a Python with torch")
    options = parser.parse_args(argv)
    rounds = Rounds(options.rounds)
    print(header(["pixels", "precision"], options.modes))
    ratios = [
        measure(size, precision, rounds, options)
        for size in options.sizes
        for precision in options.precision
    ]
    print("\n" + "\n".join(ratios))
    print(rounds.note())


def measure(size, precision, rounds, options):
    """Prints a row; the ratios, as a line."""
    steps = options.steps if size == 28 else options.steps_64
    numbers = size, CHANNELS[size], options.latents, options.width, options.batch_size
    runs, parameters, count = kgan_runs(precision, *numbers, steps)
    runs["limit"] = limit = Limit(precision)
    with contextlib.ExitStack() as stack:
        command = options.torch, HERE / "torch_dcgan.py", "cpu", precision
        peers = start_peers(stack, command, options.modes, numbers, parameters)
        for mode, peer in peers.items():
            runs[mode] = lambda peer=peer: peer.run("train", steps)
        measured = rounds.rates(runs, options.batch_size * steps)
    print(peers_row([str(size), precision], measured, options.modes), flush=True)
    names = "kgan", "bare", "data", "limit"
    fit, bare, data, most = (statistics.median(measured[n]) for n in names)
    # The rounds give all in examples a second.
    most *= limit.operations / (options.batch_size * steps)
    ratios = f"fit / bare {fit / bare:.3f}, data / bare {data / bare:.1f}"
    return (
        f"{size} pixels, {precision}: {ratios}, of the limit {bare * count / most:.2f}"
    )


def kgan_runs(precision, size, channels, latents, width, batch, steps):
    """(what is measured, by name; parameters of networks; operations an image)."""
    import keras
    import tensorflow as tf

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(
        "float32" if precision == "float32" else f"mixed_{precision}"
    )
    model = built(size, channels, latents, width)
    keras.config.set_dtype_policy(policy)
    data = images(size, channels, batch).repeat().take(steps)
    data = data.apply(tf.data.experimental.assert_cardinality(steps))
    ready = list(data)
    count = operations(model, (ready * PERIOD)[:PERIOD]) / batch
    step = tf.function(model.train_step, autograph=False)
    step(ready[0])
    model.fit(data.take(2), verbose=0)

    def fit():
        with contextlib.redirect_stdout(io.StringIO()):
            model.fit(data, verbose=1)

    def bare():
        for examples in ready:
            logs = step(examples)
        logs["d_loss"].numpy()

    def read():
        for _ in data:
            pass

    return {"kgan": fit, "bare": bare, "data": read}, trainable(model), count


def built(size, channels, latents, width, **compiled):
    import keras

    import kgan

    shape = (size, size, channels)
    model = kgan.DCGAN(shape, latents, width, latent_prior="normal", seed=0)
    model.compile(*(keras.optimizers.Adam(2e-4, 0.5) for _ in range(2)), **compiled)
    return model


def images(size, channels, batch):
    """The embedded digits, or color images of noise, which train as fast as others."""
    import numpy as np

    import kgan

    if size == 28:
        return kgan.data.load(batch_size=batch)
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (32 * batch, size, size, channels), "uint8")
    return kgan.data.open_source(noise).batches(batch, seed=0)


def trainable(model):
    """The parameters of G and of D, without moving statistics."""
    networks = model.generator, model.discriminator
    return [sum(math.prod(w.shape) for w in n.trainable_weights) for n in networks]


if __name__ == "__main__":
    main()
