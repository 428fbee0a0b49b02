"""What the studies of images share: images on white, and distances of two sets."""

import functools

import numpy as np

import kgan

# It reads weights, which many images share.
extractor = functools.cache(kgan.metrics.extractors.get)


def on_white(images):
    """uint8 [n, height, width, 3] of images with alpha; those without are as they are.

    Args:
        images: uint8 [n, height, width, channels].
    """
    if images.shape[-1] != 4:
        return images
    opaque = images[..., 3:].astype("float32") / 255.0
    white = images[..., :3] * opaque + 255.0 * (1.0 - opaque)
    return np.round(white).astype("uint8")


def distances(features, real, made):
    """Frechet and kernel distance, with their errors, by name.

    Args:
        features: of which extractor: the end of each name.
        real, made: its features of both sets, [n, d].
    """
    subset = min(1000, *(len(side) // 2 for side in (real, made)))
    return named(
        features,
        kgan.metrics.FrechetDistance(real.shape[1]).score(real, made),
        kgan.metrics.KernelDistance(subset_size=subset).score(real, made),
    )


def named(features, *scores):
    """Values and errors of some scores as numbers, by names that end in `features`."""
    found = {}
    for key, value in ((k, v) for score in scores for k, v in score.items()):
        found[f"{key}_{features}"] = value.value
        if value.error is not None:
            found[f"{key}_{features}_error"] = value.error
    return found
