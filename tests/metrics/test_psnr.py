import numpy as np
import pytest

from kgan import metrics


def levels(array):
    return (np.asarray(array, "float32") / 127.5 - 1).astype("float32")


def test_by_hand():
    target = np.full((2, 4, 4, 3), 100)
    fake = target.copy()
    fake[0] += 5
    fake[1, 0, 0, 0] += 10
    # MSE 25, and 100 / 48
    expected = [10 * np.log10(255**2 / 25), 10 * np.log10(255**2 * 48 / 100)]
    made = metrics.PSNR().each(levels(target), levels(fake))
    np.testing.assert_allclose(made, expected, rtol=1e-12)


def test_the_score_is_the_mean_of_ratios():
    """It is not the ratio of the mean error, which is lower."""
    target = np.full((2, 4, 4, 1), 100)
    fake = target + np.array([1, 10]).reshape(2, 1, 1, 1)
    value = metrics.PSNR().score(None, levels(fake), target=levels(target))["psnr"]
    expected = 20 * np.log10(255) - np.mean([0, 20])
    assert value.value == pytest.approx(expected, rel=1e-12)


def test_equal_images():
    target = levels(np.full((3, 4, 4, 1), 100))
    fake = target.copy()
    fake[0] += 0.1
    value = metrics.PSNR().score(None, fake, target=target)["psnr"]
    assert value.value == np.inf
    assert value.error is None
    assert value.how == "no error: 2 of 3 pairs are equal"


@pytest.mark.slow
def test_bicubic_enlargement_of_known_images(tmp_path):
    """The bicubic row of super-resolution papers: Set5 x4 28.42, Set14 26.00."""
    import os
    import tarfile
    from pathlib import Path

    from PIL import Image

    shared = os.environ.get("KGAN_SHARED_DATA")
    if not shared:
        pytest.skip("KGAN_SHARED_DATA does not name a folder")
    metric = metrics.PSNR(channel="y", crop=4)
    for name, expected in (("set5", 28.42), ("set14", 26.00)):
        with tarfile.open(Path(shared, "super_resolution", f"{name}.tar")) as archive:
            archive.extractall(tmp_path / name, filter="data")
        scores = []
        for path in sorted((tmp_path / name).rglob("*.png")):
            image = Image.open(path)
            width, height = (side - side % 4 for side in image.size)
            image = image.crop((0, 0, width, height))
            small = image.resize((width // 4, height // 4), Image.BICUBIC)
            large = small.resize((width, height), Image.BICUBIC)
            target, fake = (np.atleast_3d(np.asarray(x))[None] for x in (image, large))
            scores.append(metric.each(levels(target), levels(fake))[0])
        assert np.mean(scores) == pytest.approx(expected, abs=0.02)
