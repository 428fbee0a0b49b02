import numpy as np
import pytest

import kgan

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), "uint8")


def test_npz_with_labels(tmp_path):
    path = tmp_path / "set.npz"
    np.savez(path, images=IMAGES, labels=np.array([[0], [1], [2], [0], [1], [2]]))
    source = kgan.data.open_source(path, labels=True)
    np.testing.assert_array_equal(source.examples, IMAGES)
    assert source.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert source.num_classes == 3
    assert kgan.data.open_source(str(path)).spaces == (kgan.spaces.Images((8, 8, 3)),)


def test_npz_of_keras(tmp_path):
    path = tmp_path / "mnist.npz"
    arrays = {"x_train": IMAGES[..., 0], "y_train": np.arange(6)}
    np.savez(path, **arrays, x_test=IMAGES[:2, ..., 0], y_test=np.arange(2))
    assert kgan.data.open_source(path, labels=True).labels.tolist() == list(range(6))
    test = kgan.data.open_source(path, split="test")
    np.testing.assert_array_equal(test.examples, IMAGES[:2, ..., :1])


def test_size_and_channels():
    source = kgan.data.open_source(IMAGES, image_size=(4, 6), channels=1)
    assert source.examples.shape == (6, 4, 6, 1)
    flat = kgan.data.open_source(np.full((2, 8, 8, 1), 9, "uint8"), image_size=4)
    np.testing.assert_array_equal(flat.examples, np.full((2, 4, 4, 1), 9))


def test_python_objects_are_refused(tmp_path):
    path = tmp_path / "set.npz"
    np.savez(path, images=np.array([{"run": "code"}], object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"set.npz \(Python objects"):
        kgan.data.open_source(path)


def test_bad_files(tmp_path):
    path = tmp_path / "set.npz"
    with pytest.raises(ValueError, match=r"set.npz', which is not"):
        kgan.data.open_source(str(path))
    path.write_bytes(b"no zip")
    with pytest.raises(ValueError, match=r".npz file of arrays of numbers"):
        kgan.data.open_source(path)
    np.savez(path, pictures=IMAGES)
    with pytest.raises(ValueError, match=r"called images.*Received: pictures"):
        kgan.data.open_source(path)
    np.savez(path, images=IMAGES)
    with pytest.raises(ValueError, match=r"labels are asked for.*images alone"):
        kgan.data.open_source(path, labels=True)
    np.savez(path, images=IMAGES / 255.0)
    with pytest.raises(ValueError, match=r"uint8 images.*Received: float64"):
        kgan.data.open_source(path)


def test_names_of_classes():
    images = np.zeros((4, 4, 4, 1), "uint8")
    names = ["boot", "coat", "hat"]
    source = kgan.data.ArraySource(images, [0, 1, 0, 1], class_names=names)
    # A class may have no example here.
    assert source.num_classes == 3
    assert source.spaces[1].names == names
    with pytest.raises(ValueError, match=r"each of 2 classes of array.*3 class names"):
        kgan.data.ArraySource(images, [0, 1, 0, 1], num_classes=2, class_names=names)
