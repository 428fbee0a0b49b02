import numpy as np
import pytest

import kgan


def digit_of(image, base):
    """The label of the one image of `base` that equals `image`."""
    (found,) = np.nonzero((base.examples[..., 0] == image).all((1, 2)))
    return set(base.labels[found].tolist())


def test_each_channel_is_a_digit_and_the_label_their_number():
    data = kgan.data.load("stacked_mnist_10k", batch_size=16, labels=True)
    assert data.source.size == 128_000
    assert data.source.name == "stacked_mnist_10k"
    assert data.source.num_classes == 1000
    images, labels = next(iter(data))
    assert images.shape == (16, 28, 28, 3)
    base = kgan.data.open_source("mnist_10k", labels=True)
    pixels = kgan.spaces.to_uint8(images.numpy())
    for image, label in zip(pixels, labels.numpy(), strict=True):
        digits = [int(d) for d in f"{label:03}"]
        for channel, digit in enumerate(digits):
            assert digit in digit_of(image[..., channel], base)


def test_all_numbers_are_equally_frequent():
    source = kgan.data.open_source("stacked_mnist_10k", image_size=1, labels=True)
    (batch,) = source.batches(source.size, shuffle=False).map(lambda _, y: y)
    counts = np.bincount(batch, minlength=1000)
    # Chi-squared of 999 degrees of freedom has the standard deviation sqrt(2 x 999).
    chi_squared = np.sum((counts - 128.0) ** 2 / 128.0)
    assert chi_squared == pytest.approx(999, abs=4 * np.sqrt(2 * 999))


def test_the_same_without_labels_and_after_a_seek():
    data = kgan.data.load("stacked_mnist_10k", batch_size=8, seed=3)
    labelled = kgan.data.load("stacked_mnist_10k", batch_size=8, seed=3, labels=True)
    images = [x.numpy() for x in data.take(3)]
    labelled.position.seek(0, 2)
    again, _ = next(iter(labelled))
    np.testing.assert_array_equal(again, images[2])


def test_size_and_split():
    source = kgan.data.open_source("stacked_mnist_10k", split="train[:2]")
    assert source.image_shape == (28, 28, 3)
    assert len({x.tobytes() for x in source.some(200)}) <= 8
    small = kgan.data.open_source("stacked_mnist_10k", image_size=14)
    assert small.some(2).shape == (2, 14, 14, 3)


def test_bad_input():
    with pytest.raises(ValueError, match="Expected 3 channels of stacked_mnist_10k"):
        kgan.data.open_source("stacked_mnist_10k", channels=1)
    for name in ("ring", "molecules"):
        with pytest.raises(ValueError, match=f"to stack. Received: the set '{name}'"):
            kgan.data.open_source(f"stacked_{name}")
