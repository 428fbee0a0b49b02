"""How right colors are, and how many there are."""

import numpy as np
import pytest

from kgan.metrics import AbPSNR, Colorfulness


def of(*colors):
    """One image of two halves."""
    return np.repeat(np.array(colors, "float64")[None, :, None], 2, axis=2) * 2 - 1


def test_ab_psnr_by_hand():
    red, gray = of((1, 0, 0), (1, 0, 0)), of((0.5,) * 3, (0.5,) * 3)
    value = AbPSNR().score(None, gray, target=red)["ab_psnr"].value
    mse = (80.0923**2 + 67.2028**2) / 2
    assert value == pytest.approx(10 * np.log10(255**2 / mse), abs=1e-3)
    # Lightness does not count: two grays have the same colors.
    other = AbPSNR().score(None, gray, target=of((0.2,) * 3, (0.9,) * 3))
    assert other["ab_psnr"].value > 80


def test_colorfulness_by_hand():
    half = of((1, 0, 0), (0, 0, 1))
    # rg: 255 and 0; yb: 127.5 and -255.
    spread = np.sqrt(127.5**2 + 191.25**2)
    mean = np.sqrt(127.5**2 + 63.75**2)
    score = Colorfulness().score(None, half, target=half)["colorfulness"]
    assert score.value == pytest.approx(spread + 0.3 * mean, rel=1e-6)
    gray = of((0.3,) * 3, (0.9,) * 3)
    value = Colorfulness().score(None, gray, target=half)["colorfulness"].value
    assert value == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("metric", [AbPSNR, Colorfulness])
def test_gray_images_are_refused(metric):
    gray = np.zeros((1, 4, 4, 1))
    with pytest.raises(ValueError, match="images of 3 channels"):
        metric().score(None, gray, target=gray)
