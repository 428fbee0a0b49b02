import logging

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import kgan
from kgan.data.decoding import read_header, read_pixels

COLOR = np.zeros((8, 12, 3), "uint8")
COLOR[:, 6:] = [200, 100, 50]


def test_cmyk(tmp_path):
    path = str(tmp_path / "a.jpg")
    Image.fromarray(COLOR).convert("CMYK").save(path, quality=100)
    assert read_header(path)[:4] == (3, 8, 12, "CMYK")
    pixels = read_pixels(path, 3, "a.jpg")
    assert np.abs(pixels.astype(int) - COLOR)[:, [1, 10]].max() < 8


def test_cmyk_is_said(tmp_path, caplog):
    Image.fromarray(COLOR).convert("CMYK").save(tmp_path / "a.jpg")
    kgan.data.open_source(tmp_path)
    assert "a.jpg, are read in part: CMYK without its color profile" in caplog.text


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3)])
def test_sixteen_bits_are_said(tmp_path, shape, caplog):
    levels = np.full(shape, 257 * 100, "uint16")
    if len(shape) == 2:
        Image.fromarray(levels).save(tmp_path / "a.png")
    else:
        (tmp_path / "a.png").write_bytes(tf.io.encode_png(levels).numpy())
    source = kgan.data.open_source(tmp_path)
    assert (source.examples == 100).all()
    assert "kgan: 1 of the images in" in caplog.text
    assert "such as a.png, are read in part: 8 of 16 bits" in caplog.text


@pytest.mark.parametrize("kind", ["float32", "int32"])
def test_pixels_without_a_known_range(tmp_path, kind):
    Image.fromarray(np.full((8, 8), 1, kind)).save(tmp_path / "a.tif")
    Image.fromarray(COLOR).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"a.tif \(32 bits per pixel.*--skip-corrupt"):
        kgan.data.open_source(tmp_path)
    assert kgan.data.open_source(tmp_path, skip_corrupt=True).size == 1
    with pytest.raises(ValueError, match=r"Received: a \(32 bits per pixel"):
        read_pixels(str(tmp_path / "a.tif"), 1, "a")


def test_palette_with_transparency(tmp_path):
    path = str(tmp_path / "a.png")
    picture = Image.fromarray(np.array([[0, 1]], "uint8"), "P")
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.save(path, transparency=1)
    np.testing.assert_array_equal(
        read_pixels(path, 3, "a.png")[0], [[10, 20, 30], [255, 255, 255]]
    )


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_first_frame_of_animations(tmp_path, suffix, caplog):
    frames = [Image.new("RGB", (8, 8), (level, 0, 0)) for level in (250, 10)]
    path = tmp_path / f"a.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    assert read_header(str(path)).animated
    with caplog.at_level(logging.WARNING, "kgan"):
        source = kgan.data.open_source(tmp_path, channels=3)
    assert source.examples[0, 0, 0, 0] == 250
    assert "read in part: the first frame alone" in caplog.text


def test_header_after_rotation(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(COLOR).save(tmp_path / "a.jpg", exif=exif)
    header = read_header(str(tmp_path / "a.jpg"))
    assert (header.height, header.width) == (12, 8)
    assert read_pixels(str(tmp_path / "a.jpg"), 3, "a").shape == (12, 8, 3)


def test_decompression_bomb(tmp_path, monkeypatch):
    Image.fromarray(COLOR).save(tmp_path / "bomb.png")
    Image.fromarray(COLOR[:2, :2]).save(tmp_path / "small.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    with pytest.raises(ValueError, match=r"bomb.png \(more than 80 pixels"):
        kgan.data.open_source(tmp_path)
    source = kgan.data.open_source(tmp_path, skip_corrupt=True)
    assert (source.size, source.skipped) == (1, 1)
    with pytest.raises(ValueError, match=r"Received: bomb.png \(more than 80 pixels"):
        read_pixels(str(tmp_path / "bomb.png"), 3, "bomb.png")


def test_images_above_pillows_warning_are_read(tmp_path, monkeypatch):
    Image.fromarray(COLOR).save(tmp_path / "large.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60)
    assert kgan.data.open_source(tmp_path).size == 1
