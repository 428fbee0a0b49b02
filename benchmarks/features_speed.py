"""Images a second through the feature extractors.

    python benchmarks/features_speed.py [--rounds 5]

Arrays of uint8 images through `extract`, beside the same network through
`keras.Model.predict` on floats made beforehand. The first pass, which compiles, does
not count. Inception is timed where its graph is at hand (KGAN_INCEPTION), SqueezeNet
where its weights are (KGAN_WEIGHTS). Run it on an idle machine.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

from kgan.metrics import extractors

IMAGES = 50_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    digits = rng.integers(0, 256, (IMAGES, 28, 28, 1), dtype="uint8")
    floats = digits.astype("float32") / 127.5 - 1.0
    colour = rng.integers(0, 256, (5000, 64, 64, 3), dtype="uint8")
    lenet = extractors.get("lenet")
    show("lenet, 28x28 gray", rounds, lambda: lenet.extract(digits), IMAGES)
    show("the same by predict", rounds, lambda: predict(lenet, floats), IMAGES)
    show("lenet, 64x64 colour", rounds, lambda: lenet.extract(colour), len(colour))
    color = extractors.get("color")
    small = rng.integers(0, 256, (5000, 32, 32, 3), dtype="uint8")
    show("color, 32x32 RGB", rounds, lambda: color.extract(small), len(small))
    floats = small.astype("float32") / 127.5 - 1.0
    show("the same by predict", rounds, lambda: predict(color, floats), len(small))
    if os.environ.get("KGAN_WEIGHTS"):
        squeezenet = extractors.get("squeezenet")
        few = colour[:200]
        show("squeezenet, 64x64 RGB", 1, lambda: squeezenet.extract(few), 200)
        floats = few.astype("float32") / 127.5 - 1.0
        floats = np.repeat(np.repeat(floats, 4, axis=1), 4, axis=2)[:, :227, :227]
        show("its network by predict", 1, lambda: predict(squeezenet, floats), 200)
    if os.environ.get("KGAN_INCEPTION"):
        inception = extractors.get("inception")
        show("inception", 1, lambda: inception.extract(colour[:200]), 200)


def predict(extractor, floats):
    return extractor.network.predict(floats, batch_size=500, verbose=0)


def show(name, rounds, run, images):
    run()
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        rates.append(images / (time.perf_counter() - start))
    low, middle, high = min(rates), statistics.median(rates), max(rates)
    print(f"{name:20} {middle:8.0f} images/s ({low:.0f} to {high:.0f})", flush=True)


if __name__ == "__main__":
    main()
