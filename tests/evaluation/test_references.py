import numpy as np
import pytest
import tensorflow as tf

from kgan.evaluation import Side
from kgan.evaluation.references import outputs_of
from kgan.metrics.extractors import Network


class Counted:
    """Features and logits of images; knows how often it was asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self, images):
        self.calls += 1
        flat = tf.reshape(images, [-1, 4])
        return flat, 2.0 * flat


@pytest.fixture
def side():
    examples = np.random.default_rng(0).integers(0, 256, (6, 2, 2, 1), dtype="uint8")
    return Side("mnist train[:6]", examples)


@pytest.fixture
def extractor():
    return Network(Counted(), name="counted", digest="1")


def test_the_second_time_is_from_disk(side, extractor, cache):
    made = outputs_of(side, extractor)
    calls = extractor.network.calls
    again = outputs_of(Side(side.what, side.examples.copy()), extractor)
    assert extractor.network.calls == calls
    np.testing.assert_array_equal(again.features, made.features)
    np.testing.assert_array_equal(again.logits, 2 * made.features)
    (path,) = (cache / "references").iterdir()
    assert path.name.startswith("mnist_train_6-2x2x1-6-counted-")


def test_other_images_split_or_extractor_are_others(side, extractor, cache):
    outputs_of(side, extractor)
    outputs_of(Side("mnist test", side.examples), extractor)
    outputs_of(Side(side.what, side.examples[:5]), extractor)
    changed = outputs_of(Side(side.what, 255 - side.examples), extractor)
    outputs_of(side, Network(Counted(), name="counted", digest="2"))
    assert len(list((cache / "references").iterdir())) == 5
    np.testing.assert_allclose(
        changed.features, -outputs_of(side, extractor).features, atol=1e-6
    )


def damages():
    def cut(content):
        return content[: len(content) // 2]

    def flip(content):
        middle = len(content) // 2
        return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]

    return {"cut": cut, "flip": flip, "empty": lambda c: b"", "text": lambda c: b"no"}


@pytest.mark.parametrize("damage", damages().values(), ids=damages())
def test_a_damaged_file_is_computed_again_with_a_warning(
    side, extractor, cache, caplog, damage
):
    made = outputs_of(side, extractor)
    (path,) = (cache / "references").iterdir()
    sound = path.read_bytes()
    path.write_bytes(damage(sound))
    again = outputs_of(side, extractor)
    np.testing.assert_array_equal(again.features, made.features)
    assert "are damaged" in caplog.text
    assert "computed again" in caplog.text
    assert path.read_bytes() == sound


def test_a_changed_number_is_seen_by_the_checksum(side, extractor, cache, caplog):
    made = outputs_of(side, extractor)
    (path,) = (cache / "references").iterdir()
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["features"][0, 0] += 1.0
    np.savez(path, **arrays)
    again = outputs_of(side, extractor)
    np.testing.assert_array_equal(again.features, made.features)
    assert "its checksum differs" in caplog.text


def test_a_cache_that_cannot_be_written(side, extractor, cache, caplog):
    cache.write_text("a file where the directory should be")
    assert outputs_of(side, extractor).features.shape == (6, 4)
    assert "are not cached" in caplog.text
