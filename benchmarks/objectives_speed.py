"""Step time of each objective relative to DCGAN's, beside the ratio that passes give.

    python benchmarks/objectives_speed.py                    # about 5 minutes
    python benchmarks/objectives_speed.py --side 28 --width 64 --rounds 7

Counted in forward passes of D over one batch, F_D, where a backward pass costs as many
again for the input's gradient as for the weights' gradient:

    D's update, no penalty   2 x (1 + 2) = 6 (real and fake; of the first layer less)
    G's update               1 + 1 = 2, and F_G forward once, 2 backward
    relativistic, G          1 more: D of the real examples
    slope at own points      1 + 1, and 4 for its gradient: 6
    slope at a pass          1, and 2 more for its gradient: 3
    a pass with noise        1 + 2 = 3

All settings are measured in turn, and the fastest of the rounds count.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from in_turn import batches_of

import kgan

# Name -> options, and passes of D beyond those of the plain game.
SETTINGS = {
    "non_saturating": ({}, 0),
    "least_squares": ({"loss": "least_squares"}, 0),
    "hinge": ({"loss": "hinge"}, 0),
    "wasserstein, clip": ({"loss": "wasserstein", "clip": 0.01}, 0),
    "relativistic": ({"loss": "relativistic"}, 1),
    "gradient_penalty": ({"penalties": "gradient_penalty"}, 6),
    "dragan": ({"penalties": "dragan"}, 6),
    "r1": ({"penalties": "r1"}, 3),
    "r1 and r2": ({"penalties": ["r1", "r2"]}, 6),
    "approximate r1 and r2": ({"penalties": ["approximate_r1", "approximate_r2"]}, 6),
    "lazy r1, 16": ({"penalties": {"name": "lazy", "penalty": "r1"}}, 9 / 16),
    "lecam": ({"penalties": "lecam"}, 0),
    "consistency": ({"penalties": "consistency"}, 6),
}
# Of the plain game, in F_D: D's update and G's.
PLAIN = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=28)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=[*SETTINGS])
    options = parser.parse_args()
    shape = (options.side, options.side, 1)
    models = {
        name: build(shape, options, SETTINGS[name][0]) for name in options.settings
    }
    first = next(iter(models.values()))
    f_d = flops(first.discriminator) / flops(first.generator)
    times = {name: [] for name in models}
    for round in range(options.rounds + 1):
        for name, model in models.items():
            seconds = timed(model, shape, options)
            # The first round compiles.
            if round:
                times[name].append(seconds)
    best = {name: min(rounds) for name, rounds in times.items()}
    plain = PLAIN + 3.0 / f_d
    print(
        f"F_D / F_G = {f_d:.2f}; milliseconds of a step, at {options.side} px, width "
        f"{options.width}, batches of {options.batch}"
    )
    print(
        "| objective | ms | ratio | counted | beyond its count |\n|---|---|---|---|---|"
    )
    for name, seconds in best.items():
        ratio = seconds / best["non_saturating"]
        counted = (plain + SETTINGS[name][1]) / plain
        print(
            f"| {name} | {1e3 * seconds:.1f} | {ratio:.2f} | {counted:.2f} | "
            f"{ratio / counted - 1.0:+.0%} |"
        )


def build(shape, options, settings):
    model = kgan.DCGAN(
        shape, width=options.width, normalization=None, seed=0, **settings
    )
    model.compile(*(keras.optimizers.Adam(2e-4, 0.5) for _ in range(2)))
    return model


def timed(model, shape, options):
    """Seconds of a step, the mean of a `fit`."""
    images = np.random.default_rng(0).uniform(-1, 1, (options.batch, *shape))
    batch = keras.ops.convert_to_tensor(images, "float32")
    data = batches_of(batch, options.steps)
    start = time.perf_counter()
    model.fit(data, verbose=0)
    return (time.perf_counter() - start) / options.steps


def flops(network):
    """Multiplications and additions of a forward pass over one example."""
    total = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2DTranspose):
            # Each pixel of the input meets each weight.
            total += np.prod(layer.input.shape[1:3]) * np.prod(layer.kernel.shape)
        elif isinstance(layer, keras.layers.Conv2D):
            total += np.prod(layer.output.shape[1:3]) * np.prod(layer.kernel.shape)
        elif isinstance(layer, keras.layers.Dense):
            total += np.prod(layer.kernel.shape)
    return 2.0 * total


if __name__ == "__main__":
    main()
