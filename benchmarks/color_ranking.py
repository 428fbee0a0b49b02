"""Frechet distances of degraded color images, by three extractors side by side.

    python benchmarks/color_ranking.py DATA WEIGHTS [--count 1000]

DATA is the file cifar10_jpeg.npz, WEIGHTS the file squeezenet_v1.0_imagenet.npz. One
half of the test images gives the reference; of the other half, five degradations of
four strengths each are compared with it. All extractors see the same images. A table
of distances and Spearman's correlation with the ranking by SqueezeNet follow.
"""

import argparse
import itertools
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import scipy.ndimage
import scipy.stats
import tensorflow as tf

from kgan.metrics import extractors, frechet_distance, gaussian

NAMES = ("squeezenet", "color", "lenet")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("weights")
    parser.add_argument("--count", type=int, default=1000)
    arguments = parser.parse_args()
    reference, other, labels = halves(arguments.data)
    count = arguments.count
    reference = reference[:count]
    nets = [extractors.SqueezeNet(arguments.weights), *map(extractors.get, NAMES[1:])]
    real = [gaussian(net.extract(reference).features) for net in nets]
    print(f"| {count} images each | {' | '.join(NAMES)} |\n|---|{'---|' * len(nets)}")
    table = {}
    for name, images in degraded(other, labels, count):
        table[name] = [
            frechet_distance(a, gaussian(net.extract(images).features))
            for net, a in zip(nets, real, strict=True)
        ]
        print(f"| {name} | {' | '.join(f'{d:.4g}' for d in table[name])} |", flush=True)
    report(table)


def report(table):
    """Rank correlations over all rows, over each degradation, and of the means."""
    kinds = {}
    for name, row in table.items():
        kinds.setdefault(name.split(":")[0], []).append(row)
    rows = np.array(list(table.values()))
    means = np.array([np.mean(kind, axis=0) for kind in list(kinds.values())[1:]])
    print()
    for i, name in list(enumerate(NAMES))[1:]:
        whole, degradations = correlation(rows, i), correlation(means, i)
        print(f"{name}: Spearman {whole:.3f} of {len(rows)} rows", end=", ")
        print(f"{degradations:.3f} of {len(means)} degradations")
    for kind, values in list(kinds.items())[1:]:
        rising = (np.diff(values, axis=0) > 0).all(axis=0)
        print(f"{kind}: rises with strength:", dict(zip(NAMES, rising, strict=True)))


def correlation(rows, i):
    """Spearman's, of column i with SqueezeNet's."""
    return scipy.stats.spearmanr(rows[:, 0], rows[:, i]).statistic


def halves(path):
    """Two halves of the test images, uint8, in random order; labels of the second."""
    with np.load(path) as arrays:
        content, offsets = arrays["test_jpeg"].tobytes(), arrays["test_offsets"]
        labels = arrays["test_labels"]
    bounds = list(itertools.pairwise(offsets))
    order = np.random.default_rng(0).permutation(len(bounds))
    images = np.stack(
        [
            tf.io.decode_jpeg(content[a:b], dct_method="INTEGER_ACCURATE").numpy()
            for a, b in (bounds[i] for i in order)
        ]
    )
    middle = len(images) // 2
    return images[:middle], images[middle:], labels[order][middle:]


def degraded(images, labels, count):
    """Pairs ("degradation: strength", images), from weak to strong."""
    first = images[:count]
    yield "none", first
    for sigma in (0.5, 1.0, 1.5, 2.0):
        axes = (0, sigma, sigma, 0)
        yield f"blur: sigma {sigma} px", as_levels(blurred(first, axes))
    for scale in (8, 16, 32, 64):
        noise = np.random.default_rng(0).normal(0, scale, first.shape)
        yield f"noise: {scale} of 255 levels", as_levels(first + noise)
    for classes in (8, 6, 4, 2):
        yield f"fewer classes: {classes} of 10", images[labels < classes][:count]
    for levels in (8, 4, 3, 2):
        step = 255 / (levels - 1)
        colors = as_levels(np.rint(first / step) * step)
        yield f"fewer colors: {levels} levels per channel", colors
    for size in (16, 8, 4, 2):
        yield f"shuffled patches: {size} px", shuffled(first, size)


def blurred(images, sigmas):
    return scipy.ndimage.gaussian_filter(images.astype("float64"), sigmas)


def as_levels(images):
    return np.rint(images).clip(0, 255).astype("uint8")


def shuffled(images, size):
    """The patches of each image in random order."""
    n, height, width, channels = images.shape
    rows, columns = height // size, width // size
    patches = images.reshape(n, rows, size, columns, size, channels)
    patches = patches.transpose(0, 1, 3, 2, 4, 5).reshape(n, rows * columns, -1)
    order = np.random.default_rng(0).random((n, rows * columns, 1)).argsort(axis=1)
    patches = np.take_along_axis(patches, order, axis=1)
    patches = patches.reshape(n, rows, columns, size, size, channels)
    return patches.transpose(0, 1, 3, 2, 4, 5).reshape(images.shape)


if __name__ == "__main__":
    main()
