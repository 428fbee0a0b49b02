import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core.first_look import look

SPACES = (kgan.spaces.Images((2, 2, 1)),)
LABELLED = (*SPACES, kgan.spaces.Labels(3))


def batches(images, labels=None, size=2):
    parts = images if labels is None else (images, labels)
    return tf.data.Dataset.from_tensor_slices(parts).batch(size)


def pixels(low, high, n=4):
    """n images; the first pixel is the lowest, the last the highest."""
    return np.linspace(low, high, n * 4, dtype="float32").reshape(n, 2, 2, 1)


def warnings_of(caplog, x, spaces=SPACES, y=None):
    caplog.clear()
    look(x, y, spaces)
    return [record.message for record in caplog.records]


def test_images_without_a_pixel_below_0(caplog):
    for x in (batches(pixels(0, 1)), pixels(0, 1)):
        (said,) = warnings_of(caplog, x)
        assert "pixels from 0 to 1, and no pixel is below 0" in said
        assert "x * 2 - 1" in said
    assert not warnings_of(caplog, batches(pixels(-1, 1)))
    # Four batches are looked at, the fifth is not.
    late = pixels(0, 1, 10)
    late[8:] = -1
    assert warnings_of(caplog, batches(late))
    late[6:] = -1
    assert not warnings_of(caplog, batches(late))
    assert not warnings_of(caplog, iter([1]))


def test_one_warning_for_a_dataset(caplog):
    x = keras.Input((2, 2, 1))
    z = keras.Input((3,))
    generator = keras.Model(
        z, keras.layers.Reshape((2, 2, 1))(keras.layers.Dense(4)(z))
    )
    judge = keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    model = kgan.GAN(generator, judge)
    model.compile()
    data = batches(pixels(0, 1))
    model.fit(data, verbose=0)
    model.fit(data, verbose=0)
    assert sum("below 0" in r.message for r in caplog.records) == 1
    with pytest.raises(ValueError, match=r"from 0 to 255.*images / 127.5 - 1"):
        model.fit(batches(pixels(0, 255), size=4), verbose=0)


def test_data_of_kgan_are_not_read_before_training(caplog):
    data = kgan.data.ArraySource(np.full((4, 2, 2, 1), 255, "uint8")).batches(2)
    assert not warnings_of(caplog, data)
    assert (data.position.epoch, data.position.batch) == (0, 0)
    with pytest.raises(ValueError, match=r"2 parts: image 2x2x1, label"):
        look(data, None, LABELLED)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (
            batches(np.zeros((4, 2, 2, 1), "uint8")),
            r"Received: uint8.*spaces\.to_float",
        ),
        (
            batches(pixels(0, 255), size=4),
            r"pixels from 0 to 255. Map them: images / 127\.5",
        ),
        (
            batches(pixels(-2, 2), size=4),
            r"pixels from -2 to 2. Scale them to \[-1, 1\]",
        ),
        (pixels(0, 255), r"pixels from 0 to 255"),
        (np.zeros((4, 2, 2, 1), "uint8"), r"Received: uint8"),
        (batches(np.full((4, 2, 2, 1), np.nan, "float32")), r"from nan to nan"),
        (tf.data.Dataset.from_tensor_slices(pixels(-1, 1)), r"data\.batch\(64"),
        (
            batches({"image": pixels(-1, 1), "id": np.arange(4)}),
            r"dictionaries of id, image.*lambda batch: batch\['image'\]",
        ),
    ],
)
def test_one_sentence_with_the_remedy(x, message):
    with pytest.raises(ValueError, match=message):
        look(x, None, SPACES)


def test_labels():
    named = {"image": pixels(-1, 1), "label": np.arange(4)}
    with pytest.raises(ValueError, match=r"\(batch\['image'\], batch\['label'\]\)"):
        look(batches(named), None, LABELLED)
    with pytest.raises(ValueError, match=r"labels from 0 to 2. Received: .* 0 to 3"):
        look(batches(pixels(-1, 1), np.arange(4), size=4), None, LABELLED)
    look(pixels(-1, 1), np.arange(4) % 3, LABELLED)
    look(batches(pixels(-1, 1), np.arange(4) % 3), None, LABELLED)


def test_graphs_are_dictionaries():
    space = kgan.spaces.Graphs(nodes=2, node_types=2, edge_types=2)
    graphs = tf.nest.map_structure(np.asarray, space.from_public(space.request(4)))
    look(batches(graphs), None, (space,))
