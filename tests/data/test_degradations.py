import io
import math
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kgan.data import degradations

NOISE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), "uint8")


def cubic(x):
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def reduced(line, factor):
    """One axis, sample by sample, with mirrored borders."""
    n = len(line)
    result = []
    for i in range(n // factor):
        centre = (i + 0.5) * factor - 0.5
        total, weights = 0.0, 0.0
        for j in range(
            math.floor(centre) - 2 * factor, math.ceil(centre) + 2 * factor + 1
        ):
            weight = cubic((centre - j) / factor)
            mirrored = -1 - j if j < 0 else 2 * n - 1 - j if j >= n else j
            total += weight * line[mirrored]
            weights += weight
        result.append(total / weights)
    return result


@pytest.mark.parametrize("factor", [2, 4])
def test_the_definition(factor):
    line = np.random.default_rng(1).random(16)
    expected = np.array(reduced(line, factor))
    image = np.broadcast_to(line[None, :, None], (16, 16, 1))
    found = degradations.downscale(image, factor)
    np.testing.assert_allclose(found[0, :, 0], expected, atol=1e-6)
    turned = degradations.downscale(image.transpose(1, 0, 2), factor)
    np.testing.assert_allclose(turned[:, 0, 0], expected, atol=1e-6)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("channels", [1, 3])
def test_pillows_bicubic_inside(factor, channels):
    pixels = NOISE[..., :channels]
    picture = Image.fromarray(pixels if channels == 3 else pixels[..., 0])
    size = (64 // factor, 48 // factor)
    expected = np.array(picture.resize(size, Image.Resampling.BICUBIC), int)
    found = degradations.downscale(pixels, factor).numpy().astype(int)
    # Pillow rounds after each axis, and cuts the kernel at borders.
    inside = (slice(2, -2), slice(2, -2))
    difference = np.abs(found - expected.reshape(found.shape))[inside]
    assert difference.max() <= 1
    assert difference.mean() < 0.2


def test_batches_and_kinds_of_numbers():
    batch = np.stack([NOISE, NOISE[::-1]])
    found = degradations.downscale(batch, 4)
    assert (found.dtype.name, found.shape) == ("uint8", (2, 12, 16, 3))
    np.testing.assert_array_equal(found[0], degradations.downscale(NOISE, 4))
    floats = degradations.downscale(NOISE / np.float32(127.5) - 1, 4)
    levels = (floats + 1) * 127.5
    np.testing.assert_allclose(np.clip(levels, 0, 255), found[0], atol=0.501)
    gray = degradations.downscale(np.full((8, 8, 1), 77, "uint8"), 2)
    np.testing.assert_array_equal(gray, np.full((4, 4, 1), 77))


def test_gray_is_pillows():
    expected = np.array(Image.fromarray(NOISE).convert("L"))
    np.testing.assert_array_equal(degradations.gray(NOISE)[..., 0], expected)


def test_mask():
    image = np.arange(64, dtype="uint8").reshape(8, 8, 1)
    masked = degradations.mask(image).numpy()
    hole = np.zeros((8, 8, 1), bool)
    hole[2:6, 2:6] = True
    assert (masked[hole] == 128).all()
    np.testing.assert_array_equal(masked[~hole], image[~hole])


def test_shapes_and_errors():
    assert degradations.get("downscale4").shape((64, 32, 3)) == (16, 8, 3)
    with pytest.raises(ValueError, match=r"sides 4 divides.*Received: 30 x 32"):
        degradations.get("downscale4").shape((30, 32, 3))
    with pytest.raises(ValueError, match=r"sides 2 divides.*Received: 31 x 32"):
        degradations.downscale(np.zeros((31, 32, 1)), 2)
    with pytest.raises(ValueError, match=r"3 channels.*Received: 1"):
        degradations.get("gray").shape((8, 8, 1))
    with pytest.raises(ValueError, match=r"at least 4 pixels.*Received: 2 x 8"):
        degradations.get("mask").shape((2, 8, 1))
    with pytest.raises(ValueError, match=r"gray, downscale2.*Received.*'blur'"):
        degradations.get("blur")


def luma(pixels):
    """Y of ITU-R BT.601 in 16..235, rounded to bytes; a gray image as it is."""
    if pixels.ndim == 2:
        return pixels
    y = pixels.astype(float) @ [65.481, 128.553, 24.966] / 255.0 + 16.0
    return np.round(y).astype("uint8")


def psnr_of_bicubic(path, scale):
    scores = []
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            if not member.name.endswith((".png", ".jpg")):
                continue
            file = io.BytesIO(archive.extractfile(member).read())
            y = luma(np.array(Image.open(file)))
            height, width = (side // scale * scale for side in y.shape)
            y = y[:height, :width, None]
            small = degradations.downscale(y, scale)
            large = degradations.resize(small, (height, width)).numpy()
            cut = (slice(scale, -scale), slice(scale, -scale))
            error = (large[cut].astype(float) - y[cut]) ** 2
            scores.append(10.0 * np.log10(255.0**2 / error.mean()))
    return np.mean(scores)


# The bicubic rows of papers on super-resolution, such as Huang et al. 2015, "Single
# image super-resolution from transformed self-exemplars", for four times the side.
@pytest.mark.slow
@pytest.mark.skipif(
    "KGAN_SHARED_DATA" not in os.environ, reason="needs KGAN_SHARED_DATA"
)
@pytest.mark.parametrize(
    ("name", "published"), [("set5", 28.42), ("set14", 26.00), ("b100", 25.96)]
)
def test_published_rows(name, published):
    path = Path(os.environ["KGAN_SHARED_DATA"], "super_resolution", f"{name}.tar")
    assert psnr_of_bicubic(path, 4) == pytest.approx(published, abs=0.02)
