import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.data.opening import splits_of

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 8, 12, 3), "uint8")
LABELS = np.array([2, 0, 0, 2, 2, 0], "uint8")
NAMES = np.array(["zebra", "ant", "cat"])


def encoded(images, kind="png"):
    """The bytes of all files, and where each begins and ends."""
    files = []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image).save(file, kind)
        files.append(np.frombuffer(file.getvalue(), "uint8"))
    return np.concatenate(files), np.cumsum([0, *map(len, files)])


def test_images_in_their_order(tmp_path):
    content, offsets = encoded(IMAGES)
    path = tmp_path / "set.npz"
    np.savez(path, png=content, offsets=offsets, labels=LABELS, class_names=NAMES)
    source = kgan.data.open_source(path)
    np.testing.assert_array_equal(source.examples, IMAGES)
    assert source.labels is None
    labelled = kgan.data.open_source(path, labels=True, in_memory=False)
    # With the class that has no image; in the order of the numbers.
    assert labelled.class_names == ["zebra", "ant", "cat"]
    batches = labelled.batches(1, shuffle=False)
    assert [int(labels[0]) for _, labels in batches] == LABELS.tolist()
    assert labelled.class_counts().tolist() == [3, 0, 3]
    small = kgan.data.open_source(path, image_size=4, channels=1)
    assert small.image_shape == (4, 4, 1)


def test_splits(tmp_path):
    arrays = {}
    for split, images in (("train", IMAGES), ("test", IMAGES[:2])):
        arrays[f"{split}_jpeg"], arrays[f"{split}_offsets"] = encoded(images, "jpeg")
    labels = {"train_labels": LABELS, "rare_labels": np.array([3, 0])}
    arrays |= {f"rare_{n}": arrays[f"test_{n}"] for n in ("jpeg", "offsets")}
    np.savez(tmp_path / "set.npz", **arrays, **labels)
    path = str(tmp_path / "set.npz")
    assert splits_of(path) == ["train", "test", "rare"]
    # Classes have the numbers that the file says, and as many in each split.
    for split in ("train", "rare"):
        source = kgan.data.open_source(path, split=split, labels=True)
        assert source.labels.tolist() == labels[f"{split}_labels"].tolist()
        assert source.class_names == ["0", "1", "2", "3"]
    test = kgan.data.open_source(path, split="test")
    decoded = np.array(Image.open(io.BytesIO(encoded(IMAGES[1:2], "jpeg")[0])))
    np.testing.assert_array_equal(test.examples[1], decoded)
    with pytest.raises(
        ValueError, match=r"Expected a split of .*train, test, rare.*'rest'"
    ):
        kgan.data.open_source(path, split="rest")
    with pytest.raises(ValueError, match="labels are asked for"):
        kgan.data.open_source(path, split="test", labels=True)
    assert splits_of(np.zeros((2, 4, 4, 1))) == []


def test_a_corrupt_file_inside(tmp_path):
    content, offsets = encoded(IMAGES)
    content[offsets[2] : offsets[2] + 40] = 0
    path = tmp_path / "set.npz"
    np.savez(path, png=content, offsets=offsets)
    with pytest.raises(ValueError, match=r"1 of 6 files .*000002.png"):
        kgan.data.open_source(path)
    source = kgan.data.open_source(path, skip_corrupt=True)
    np.testing.assert_array_equal(source.examples, np.delete(IMAGES, 2, axis=0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offsets": np.arange(7.0)}, "offsets float64"),
        ({"offsets": np.array([0, 9, 4, 20, 30, 40, 50])}, "which rise"),
        ({"offsets": np.arange(7) * 10**6}, "to the number of bytes"),
        ({"png": np.zeros((4, 4), "uint8")}, r"uint8 \(4, 4\)"),
        ({"labels": LABELS[:3]}, r"integers \[6\].*\(3,\)"),
        ({"labels": LABELS + 1}, "to the number of class names"),
    ],
)
def test_arrays_that_do_not_fit(change, message, tmp_path):
    content, offsets = encoded(IMAGES)
    arrays = {"png": content, "offsets": offsets, "class_names": NAMES}
    np.savez(tmp_path / "set.npz", **{**arrays, **change})
    with pytest.raises(ValueError, match=message):
        kgan.data.open_source(tmp_path / "set.npz")


def test_bytes_without_offsets(tmp_path):
    np.savez(tmp_path / "set.npz", images=encoded(IMAGES)[0])
    with pytest.raises(ValueError, match=r"one after another as jpeg or png.*offsets"):
        kgan.data.open_source(tmp_path / "set.npz")


@pytest.mark.slow
@pytest.mark.skipif("KGAN_SHARED_DATA" not in os.environ, reason="needs the sets")
def test_shared_sets():
    folder = Path(os.environ["KGAN_SHARED_DATA"])
    source = kgan.data.open_source(folder / "eurosat64/eurosat64.npz", labels=True)
    assert source.examples.shape == (3000, 64, 64, 3)
    assert source.class_counts().tolist() == [300] * 10
    assert source.class_names[:2] == ["AnnualCrop", "Forest"]
    small = kgan.data.open_source(
        folder / "cifar10/cifar10_jpeg.npz", split="test", labels=True
    )
    assert small.class_counts().tolist() == [1000] * 10
