import numpy as np
import pytest
import tensorflow as tf

import kgan

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 4, 4, 1), "uint8")


def slices(*parts):
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0])


def test_the_same_as_the_array():
    inside = PIXELS.astype("float32") / 127.5 - 1
    expected = kgan.data.open_source(PIXELS).some(7)
    for dataset in (slices(PIXELS), slices(PIXELS).batch(3), slices(inside).batch(2)):
        source = kgan.data.open_source(dataset)
        assert (source.size, source.image_shape) == (7, (4, 4, 1))
        np.testing.assert_array_equal(source.some(7), expected)


def test_labels_points_and_batches():
    labels = np.arange(7) % 3
    source = kgan.data.open_source(slices(PIXELS, labels).batch(2), labels=True)
    np.testing.assert_array_equal(source.labels, labels)
    data = kgan.data.load(slices(PIXELS, labels), batch_size=2)
    assert next(iter(data)).shape == (2, 4, 4, 1)
    points = np.random.default_rng(1).standard_normal((5, 2)).astype("float32")
    np.testing.assert_array_equal(
        kgan.data.open_source(slices(points)).examples, points
    )


def test_a_last_block_without_dark_pixels():
    """Blocks have 1,024 examples."""
    pixels = np.full((1025, 2, 2, 1), -1.0, "float32")
    pixels[-1] = 1.0
    source = kgan.data.open_source(slices(pixels))
    assert source.examples[-1].min() == 255
    with pytest.raises(ValueError, match=r"below 0.*x \* 2 - 1"):
        kgan.data.open_source(slices(np.abs(pixels)))


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (slices(PIXELS).repeat(), "with an end"),
        (slices(PIXELS).take(0), "empty dataset"),
        (tf.data.Dataset.from_tensors({"image": PIXELS}), r"example\['image'\]"),
        (slices(PIXELS / np.float32(255)), r"below 0.*x \* 2 - 1"),
        (slices(PIXELS.astype("float32")), r"images / 127\.5 - 1"),
        (slices(PIXELS, PIXELS, PIXELS), "Received: elements of"),
    ],
)
def test_what_cannot_be_read(dataset, message):
    with pytest.raises(ValueError, match=message):
        kgan.data.open_source(dataset)
