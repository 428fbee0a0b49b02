"""Augmentation of a classifier's images without a network: the baseline of GANs."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class ClassicAugment:
    """Classic augmentation: images moved, turned, mirrored and lit at random.

    What an image leaves free is filled with the pixels of its border.

    >>> augment = kgan.metrics.ClassicAugment(shift=2, degrees=10.0)
    >>> augment(np.zeros((3, 8, 8, 1), "uint8"), np.random.default_rng(0)).shape
    (3, 8, 8, 1)

    Attributes:
        shift: pixels, at most, in each direction.
        degrees: of a turn, at most, in each direction.
        mirror: "x": left and right are exchanged in half of the images; "y": up and
            down; "xy": both. Digits and other signs are not themselves in a mirror.
        light: the contrast is multiplied by 1 - light to 1 + light, and as large a
            share of 255, at most, is added or taken away.
    """

    shift: int = 0
    degrees: float = 0.0
    mirror: str = ""
    light: float = 0.0

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Returns changed copies of images, uint8 [n, height, width, channels]."""
        n, *size = images.shape[:3]
        angle = np.deg2rad(rng.uniform(-self.degrees, self.degrees, n))[:, None, None]
        moves = rng.integers(-self.shift, self.shift + 1, (2, n, 1, 1))
        signs = [
            np.where((rng.random(n) < 0.5) & (axis in self.mirror), -1, 1)
            for axis in "yx"
        ]
        # From the middle of the image, where each new pixel comes from.
        y, x = np.meshgrid(*(np.arange(s) - (s - 1) / 2 for s in size), indexing="ij")
        y, x = (v * s[:, None, None] for v, s in zip((y, x), signs, strict=True))
        turned = (
            y * np.cos(angle) - x * np.sin(angle),
            y * np.sin(angle) + x * np.cos(angle),
        )
        places = [
            np.clip(v + move + (s - 1) / 2, 0, s - 1)
            for v, move, s in zip(turned, moves, size, strict=True)
        ]
        return self._lit(_between(images, *places), rng)

    def _lit(self, images: np.ndarray, rng: np.random.Generator):
        if not self.light:
            return images
        factor, added = rng.uniform(-self.light, self.light, (2, len(images), 1, 1, 1))
        mean = images.mean(axis=(1, 2, 3), keepdims=True)
        lit = mean + (images - mean) * (1 + factor) + 255 * added
        return np.clip(np.round(lit), 0, 255).astype(images.dtype)


def _between(images: np.ndarray, y: np.ndarray, x: np.ndarray):
    """Images at places between pixels: bilinear, rounded."""
    rows = np.arange(len(images))[:, None, None]
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    down, right = (y - top)[..., None], (x - left)[..., None]
    below = np.minimum(top + 1, images.shape[1] - 1)
    beside = np.minimum(left + 1, images.shape[2] - 1)
    if not down.any() and not right.any():
        return images[rows, top, left]
    upper = images[rows, top, left] * (1 - right) + images[rows, top, beside] * right
    lower = images[rows, below, left] * (1 - right)
    lower += images[rows, below, beside] * right
    return np.round(upper * (1 - down) + lower * down).astype(images.dtype)
