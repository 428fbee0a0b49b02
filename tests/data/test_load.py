import collections
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.data.opening import _EMBEDDED_DIRECTORY


def test_embedded_digits():
    data = kgan.data.load(batch_size=100, labels=True)
    images, labels = next(iter(data))
    assert images.shape == (100, 28, 28, 1)
    assert labels.dtype.name == "int32"
    assert images.numpy().min() == -1.0
    assert images.numpy().max() == 1.0
    source = data.source
    assert source.size == 10_000
    assert source.class_names == [str(digit) for digit in range(10)]
    assert collections.Counter(source.labels.tolist()) == dict.fromkeys(range(10), 1000)
    assert sum(p.stat().st_size for p in _EMBEDDED_DIRECTORY.rglob("*.*")) < 4e6
    assert "CC BY-SA 3.0" in (_EMBEDDED_DIRECTORY / "README.md").read_text()


def test_embedded_set_streams_the_same_examples():
    held = kgan.data.open_source(labels=True)
    streamed = kgan.data.open_source(labels=True, in_memory=False)
    data = streamed.batches(1000, shuffle=False)
    images = np.concatenate([x.numpy() for x, _ in data])
    labels = np.concatenate([y.numpy() for _, y in data])
    np.testing.assert_array_equal(labels, held.labels)
    expected = kgan.spaces.to_float(held.examples[::97])
    np.testing.assert_array_equal(images[::97], expected)


def test_stream_is_shuffled_by_seed_and_epoch_and_can_be_sought():
    source = kgan.data.open_source(labels=True, in_memory=False)

    def labels(data, batches):
        return [y.numpy().tolist() for _, y in data.take(batches)]

    data = source.batches(64, seed=5)
    first = labels(data, 12)
    second = labels(data, 12)
    assert first != second
    data.position.seek(0, 7)
    assert labels(data, 5) == first[7:]


@pytest.mark.parametrize("of_program", [0, 3])
def test_the_seed_of_the_program_changes_no_order(of_program):
    def first_labels():
        source = kgan.data.open_source(labels=True, in_memory=False)
        ((_, labels),) = source.batches(64, seed=5).take(1)
        return labels.numpy().tolist()

    tf.random.set_seed(None)
    expected = first_labels()
    tf.random.set_seed(of_program)
    try:
        assert first_labels() == expected
    finally:
        tf.random.set_seed(None)


def test_split_size_and_channels():
    source = kgan.data.open_source(split="train[:5%]", image_size=(32, 48), channels=3)
    assert source.size == 500
    assert source.image_shape == (32, 48, 3)


def test_tfds_directory_and_name():
    by_path = kgan.data.open_source(str(_EMBEDDED_DIRECTORY))
    by_name = kgan.data.open_source(
        "mnist_10k:1.0.0", data_dir=str(_EMBEDDED_DIRECTORY.parent)
    )
    np.testing.assert_array_equal(by_path.examples, by_name.examples)


def test_tfds_data_dir_variable(monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(_EMBEDDED_DIRECTORY.parent))
    assert kgan.data.open_source("mnist_10k/", split="train[:10]").size == 10


def test_arrays(digits):
    images, labels = next(
        iter(kgan.data.load((digits, np.arange(64)), batch_size=64, labels=True))
    )
    np.testing.assert_array_equal(
        images, digits[labels.numpy()].astype("float32") / 127.5 - 1
    )


@pytest.mark.parametrize(("name", "d"), [("gaussian", 1), ("ring", 2), ("grid", 2)])
def test_synthetic_sets(name, d):
    points, modes = next(iter(kgan.data.load(name, batch_size=500, labels=True)))
    assert points.shape == (500, d)
    assert modes.shape == (500,)


def test_synthetic_modes_by_hand():
    from kgan.data import synthetic

    points, modes = synthetic.ring(4000, seed=1)
    centre = points[modes == 2].mean(axis=0)  # at 90 degrees
    np.testing.assert_allclose(centre, [0, 1], atol=0.002)
    points, modes = synthetic.grid(25_000, seed=1)
    assert set(modes) == set(range(25))
    np.testing.assert_allclose(points[modes == 0].mean(axis=0), [-4, -4], atol=0.01)
    np.testing.assert_allclose(points[modes == 24].mean(axis=0), [4, 4], atol=0.01)
    points, _ = synthetic.gaussian(10_000, mean=2.0, std=0.5)
    assert points.std() == pytest.approx(0.5, rel=0.03)


@pytest.mark.parametrize(
    ("source", "kwargs", "message"),
    [
        ("mnsit_10k", {}, "Received: 'mnsit_10k'.*Did you mean mnist_10k"),
        ("/no/such/folder", {}, "'/no/such/folder', which is not a directory"),
        ("mnist_10k", {"split": "test"}, "train.*Received: split='test'"),
        ("mnist_10k", {"channels": 2}, "channels=2"),
        ("mnist_10k", {"image_size": 0}, "image_size >= 1"),
        (np.zeros((4, 8, 8, 1)), {}, "uint8 images.*Received: float64"),
        (np.full((4, 2), np.nan, "float32"), {}, "finite.*NaN"),
        (np.zeros((0, 8, 8, 1), "uint8"), {}, r"Received: uint8 \(0, 8, 8, 1\)"),
        (np.zeros((4, 8, 8, 1), "uint8"), {"labels": True}, "array without labels"),
    ],
)
def test_bad_sources(source, kwargs, message):
    with pytest.raises(ValueError, match=message):
        kgan.data.open_source(source, **kwargs)


def test_not_prepared_and_no_network(monkeypatch, tmp_path):
    from kgan.data import tfds_source

    # A port of this machine on which nothing listens.
    monkeypatch.setattr(tfds_source, "_TFDS_HOST", "http://127.0.0.1:9")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(ValueError, match="no network") as error:
        kgan.data.open_source("cifar10")
    for hint in ("data_dir", "TFDS_DATA_DIR", "mnist_10k", str(tmp_path)):
        assert hint in str(error.value)


def test_newest_version_is_taken(tmp_path):
    from kgan.data.tfds_source import _version_directory

    for version in ("1.9.0", "1.10.0"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "dataset_info.json").touch()
    assert _version_directory(tmp_path) == Path(tmp_path, "1.10.0")
