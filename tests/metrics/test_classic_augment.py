"""Classic augmentation of a classifier's images."""

import numpy as np

from kgan.metrics import ClassicAugment


def test_classic_augmentation():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 7, 7, 1), dtype="uint8")
    np.testing.assert_array_equal(ClassicAugment()(images, rng), images)
    # Each image is itself or its mirror image, and both are there.
    mirrored = ClassicAugment(mirror="x")(images, rng)
    same = (mirrored == images).all((1, 2, 3))
    turned = (mirrored == images[:, :, ::-1]).all((1, 2, 3))
    assert (same | turned).all()
    assert 5 < turned.sum() < 35
    # Moved by one pixel at most: the middle comes from the nine pixels around it.
    moved = ClassicAugment(shift=1)(images, rng)
    around = images[:, 2:5, 2:5, 0].reshape(40, 9)
    assert (around == moved[:, 3, 3]).any(1).all()
    assert not (moved == images).all()


def test_turned_by_a_quarter():
    class Quarter:
        def uniform(self, low, high, n):
            return np.full(n, 90.0)

        def integers(self, low, high, shape):
            return np.zeros(shape, int)

        def random(self, n):
            return np.ones(n)

    images = np.arange(9, dtype="uint8").reshape(1, 3, 3, 1)
    turned = ClassicAugment(degrees=90.0)(images, Quarter())
    # New (y, x) comes from (-x, y), from the middle.
    np.testing.assert_array_equal(turned[0, ..., 0], np.rot90(images[0, ..., 0], -1))
