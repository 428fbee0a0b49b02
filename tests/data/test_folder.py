import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import kgan


def save(path, pixels, **kwargs):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **kwargs)


def gray(value, height=8, width=8):
    return np.full((height, width), value, "uint8")


def test_flat_folder(tmp_path):
    for i in range(4):
        save(tmp_path / f"{i}.png", gray(50 * i))
    source = kgan.data.open_source(tmp_path)
    assert source.image_shape == (8, 8, 1)
    assert sorted(source.examples[:, 0, 0, 0]) == [0, 50, 100, 150]
    assert source.num_classes is None


def test_classes_are_subfolders(tmp_path):
    save(tmp_path / "cat" / "a.png", gray(1))
    save(tmp_path / "dog" / "b.png", gray(2))
    save(tmp_path / "dog" / "deep" / "c.png", gray(3))
    source = kgan.data.open_source(tmp_path, labels=True)
    assert source.num_classes == 2
    assert dict(zip(source.examples[:, 0, 0, 0], source.labels, strict=True)) == {
        1: 0,
        2: 1,
        3: 1,
    }


def test_names_of_classes_and_their_numbers_of_images(tmp_path):
    for name in ("cat/a", "dog/b", "dog/c"):
        save(tmp_path / f"{name}.png", gray(1))
    (tmp_path / "owl").mkdir()
    (tmp_path / "owl" / "a.png").write_bytes(b"no image")
    options = {"labels": True, "skip_corrupt": True}
    for in_memory in (True, False):
        source = kgan.data.open_source(tmp_path, in_memory=in_memory, **options)
        assert source.class_names == ["cat", "dog"]
        assert source.spaces[1] == kgan.spaces.Labels(2)
        assert source.class_counts().tolist() == [1, 2]
    flat = kgan.data.open_source(tmp_path, in_memory=False, skip_corrupt=True)
    assert flat.class_counts() is None


def test_a_class_has_one_number_in_all_splits(tmp_path):
    for name in ("train/cat", "train/dog", "test/dog", "test/owl"):
        save(tmp_path / name / "a.png", gray(1))
    for split, labels in (("train", [0, 1]), ("test", [1, 2])):
        source = kgan.data.open_source(tmp_path, split=split, labels=True)
        assert source.class_names == ["cat", "dog", "owl"]
        assert source.labels.tolist() == labels
    # A and B are two sets.
    for name in ("trainA/cat", "trainB/dog", "test_A/ant"):
        save(tmp_path / "two" / name / "a.png", gray(1))
    source = kgan.data.open_source(tmp_path / "two", split="trainA", labels=True)
    assert source.class_names == ["ant", "cat"]


@pytest.mark.parametrize("in_memory", [True, False])
def test_labels_stay_with_cropped_images(tmp_path, in_memory):
    for i, name in enumerate(("cat", "dog", "owl")):
        save(tmp_path / name / "a.png", gray(50 * i))
    options = {"labels": True, "crop": 4, "flip": True, "in_memory": in_memory}
    source = kgan.data.open_source(tmp_path, **options)
    images, labels = next(iter(source.batches(3)))
    levels = kgan.spaces.to_uint8(images.numpy())[:, 0, 0, 0]
    np.testing.assert_array_equal(levels, 50 * labels.numpy())


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "webp", "jpg", "tiff"])
def test_formats(tmp_path, suffix):
    pixels = np.zeros((16, 16, 3), "uint8")
    pixels[:, 8:] = 200
    lossless = {"lossless": True} if suffix == "webp" else {}
    save(tmp_path / f"a.{suffix}", pixels, **lossless)
    source = kgan.data.open_source(tmp_path, channels=3)
    np.testing.assert_allclose(source.examples[0], pixels, atol=2)


def test_sixteen_bit_gray(tmp_path):
    pixels = np.array([[0, 257, 32896, 65535]], "uint16").repeat(4, 0)
    save(tmp_path / "a.png", pixels)
    source = kgan.data.open_source(tmp_path)
    np.testing.assert_array_equal(source.examples[0, 0, :, 0], [0, 1, 128, 255])


def test_transparency_becomes_white_or_stays(tmp_path):
    pixels = np.zeros((4, 4, 4), "uint8")
    pixels[:2] = [10, 20, 30, 255]
    save(tmp_path / "a.png", pixels)
    rgba = kgan.data.open_source(tmp_path)
    np.testing.assert_array_equal(rgba.examples[0], pixels)
    rgb = kgan.data.open_source(tmp_path, channels=3).examples[0]
    np.testing.assert_array_equal(rgb[0, 0], [10, 20, 30])
    np.testing.assert_array_equal(rgb[3, 0], [255, 255, 255])


def test_orientation_of_cameras(tmp_path):
    pixels = np.zeros((4, 8), "uint8")
    pixels[:, 4:] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    save(tmp_path / "a.png", pixels, exif=exif)
    source = kgan.data.open_source(tmp_path)
    np.testing.assert_array_equal(source.examples[0, ..., 0], np.rot90(pixels, -1))


def test_any_size_is_cropped_at_the_centre_then_resized(tmp_path):
    wide = np.zeros((8, 24), "uint8")
    wide[:, 8:16] = 100  # the middle square
    save(tmp_path / "wide.png", wide)
    save(tmp_path / "tall.png", wide.T)
    save(tmp_path / "small.png", gray(100, 2, 2))
    source = kgan.data.open_source(tmp_path, image_size=4)
    np.testing.assert_array_equal(source.examples, np.full((3, 4, 4, 1), 100))


def test_resize_is_antialiased(tmp_path):
    # One-pixel stripes must become gray, not black or white.
    stripes = np.tile(np.array([0, 255], "uint8"), (64, 32))
    save(tmp_path / "a.png", stripes)
    source = kgan.data.open_source(tmp_path, image_size=8)
    assert np.abs(source.examples[0].astype(int) - 127).max() < 12


def test_large_folders_are_not_held(tmp_path):
    for i in range(6):
        save(tmp_path / f"{i}.png", gray(i))
    source = kgan.data.open_source(tmp_path, in_memory=False)
    assert not hasattr(source, "examples")
    data = source.batches(3, seed=2)
    epochs = [np.concatenate([b[:, 0, 0, 0] for b in data]) for _ in range(2)]
    for epoch in epochs:
        np.testing.assert_allclose(np.sort(epoch), np.arange(6) / 127.5 - 1)
    held = kgan.data.open_source(tmp_path).batches(3, seed=2)
    np.testing.assert_array_equal(
        epochs[0], np.concatenate([b[:, 0, 0, 0] for b in held])
    )


def test_empty_folder(tmp_path):
    with pytest.raises(ValueError, match=r"folder of images.*empty"):
        kgan.data.open_source(tmp_path)
    (tmp_path / ".hidden.png").touch()
    with pytest.raises(ValueError, match="empty"):
        kgan.data.open_source(tmp_path)


def test_files_that_are_no_images(tmp_path):
    save(tmp_path / "good.png", gray(7))
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(ValueError, match=r"1 of 2 files.*notes.txt.*--skip-corrupt"):
        kgan.data.open_source(tmp_path)
    source = kgan.data.open_source(tmp_path, skip_corrupt=True)
    assert (source.size, source.skipped) == (1, 1)
    (tmp_path / "good.png").unlink()
    with pytest.raises(ValueError, match="none of which is a readable image"):
        kgan.data.open_source(tmp_path, skip_corrupt=True)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_truncated_file_is_named(tmp_path, suffix):
    save(tmp_path / f"good.{suffix}", gray(7, 64, 64))
    cut = tmp_path / f"cut.{suffix}"
    save(cut, np.random.default_rng(0).integers(0, 255, (64, 64), "uint8"))
    cut.write_bytes(cut.read_bytes()[:2000])
    with pytest.raises((ValueError, tf.errors.OpError), match=f"cut.{suffix}"):
        kgan.data.open_source(tmp_path).batches(2)
    with pytest.raises((ValueError, tf.errors.OpError), match=f"cut.{suffix}"):
        list(kgan.data.open_source(tmp_path, in_memory=False).batches(2))
    assert kgan.data.open_source(tmp_path, skip_corrupt=True).skipped == 1


def test_mixed_channels(tmp_path):
    save(tmp_path / "gray.png", gray(7))
    save(tmp_path / "rgb.png", np.zeros((8, 8, 3), "uint8"))
    with pytest.raises(ValueError, match=r"1 \(gray.png\), 3 \(rgb.png\).*--channels"):
        kgan.data.open_source(tmp_path)
    assert kgan.data.open_source(tmp_path, channels=1).image_shape == (8, 8, 1)


def test_mixed_sizes(tmp_path):
    save(tmp_path / "a.png", gray(7))
    save(tmp_path / "b.png", gray(7, 9, 9))
    with pytest.raises(ValueError, match=r"2 sizes.*--image-size"):
        kgan.data.open_source(tmp_path)


def test_labels_of_a_flat_folder(tmp_path):
    save(tmp_path / "a.png", gray(7))
    with pytest.raises(
        ValueError, match=r"Expected one subfolder per class.*cat/1.png.*--no-labels"
    ):
        kgan.data.open_source(tmp_path, labels=True)
