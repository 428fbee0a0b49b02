import numpy as np
import pytest

import kgan
from kgan.metrics import ClassicAugment, train_classifier


def bars(count=60, shape=(12, 12, 1), seed=0):
    """Class 0 has a bar from left to right, class 1 one from top to bottom."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 60, (count, *shape), dtype="uint8")
    labels = np.arange(count) % 2
    for image, label in zip(images, labels, strict=True):
        place = rng.integers(2, shape[0] - 2)
        image[(slice(None), place) if label else place] = 250
    return images, labels


def test_it_learns():
    trained = train_classifier(*bars(), classes=2, steps=40)
    unseen, labels = bars(seed=1)
    assert trained.accuracy(unseen, labels) > 0.9
    assert trained.predict(unseen[:3]).shape == (3, 2)
    assert trained.predict(unseen[:3]).dtype == np.float32
    # Floats in [-1, 1] are the same images.
    floats = unseen.astype("float32") / 127.5 - 1.0
    expected = trained.predict(unseen)
    np.testing.assert_allclose(trained.predict(floats), expected, rtol=1e-3, atol=1e-4)


def test_labels_that_say_nothing_teach_nothing():
    images, labels = bars(200)
    mixed = np.random.default_rng(0).permutation(labels)
    trained = train_classifier(images, mixed, classes=2, steps=40)
    assert 0.3 < trained.accuracy(*bars(200, seed=1)) < 0.7


@pytest.mark.parametrize("shape", [(32, 32, 3), (128, 128, 1)])
def test_other_shapes(shape):
    images, labels = bars(8, shape)
    trained = train_classifier(images, labels, classes=3, steps=1)
    assert trained.predict(images).shape == (8, 3)


def test_a_seed_fixes_it():
    images, labels = bars(20)
    arguments = {
        "classes": 2,
        "steps": 3,
        "augment": ClassicAugment(shift=1, mirror="x"),
    }
    one, same, other = (
        train_classifier(images, labels, seed=seed, **arguments).predict(images)
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3


def test_within_the_scope_of_a_strategy():
    scope = kgan.distribute.strategy("cpu:2").scope()
    with scope, pytest.raises(RuntimeError, match=r"outside of strategy.scope\(\)"):
        train_classifier(*bars(20), 2, steps=3)


def test_every_image_is_seen_equally_often():
    seen = []

    def note(images, rng):
        assert images.shape == (64, 12, 12, 1)
        seen.append(images[:, 0, 0, 0].copy())
        return images

    images, labels = bars(40)
    images[:, 0, 0, 0] = np.arange(40)
    train_classifier(images, labels, 2, steps=5, augment=note)
    # 5 x 64 = 8 x 40
    assert np.bincount(np.concatenate(seen)).tolist() == [8] * 40


def test_bad_input():
    images, labels = bars(6)
    for wrong, match in (
        ({"labels": labels + 1}, "labels from 0 to 1. Received: labels from 1 to 2"),
        ({"labels": labels - 1}, "Received: labels from -1 to 0"),
        ({"labels": labels[:5]}, r"labels to be 6 whole numbers.*\(5,\)"),
        ({"labels": None}, "Expected labels, one per example"),
        ({"images": images[:0]}, r"at least one. Received: shape \(0, 12"),
        ({"images": images[..., 0]}, r"Received: shape \(6, 12, 12\)"),
        ({"classes": 1}, "Expected classes >= 2"),
        ({"steps": 0}, "Expected steps >= 1"),
    ):
        arguments = {"images": images, "labels": labels, "classes": 2, "steps": 1}
        with pytest.raises(ValueError, match=match):
            train_classifier(**{**arguments, **wrong})
    trained = train_classifier(images, labels, 2, steps=1)
    with pytest.raises(ValueError, match="as the classifier was trained on"):
        trained.predict(images[:, :8])
