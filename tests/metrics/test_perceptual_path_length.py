import keras
import numpy as np
import pytest

from kgan.metrics import PerceptualPathLength


def doubling():
    """A network whose only map is 2 x."""
    x = keras.Input((None, None, 3))
    return keras.Model(x, 2.0 * x, name="doubling")


def test_by_hand():
    """Squares of 2 e, over epsilon^2; the most extreme pairs do not count."""
    rng = np.random.default_rng(0)
    target = rng.uniform(-0.5, 0.5, (100, 4, 4, 3)).astype("float32")
    steps = np.full(100, 0.01)
    steps[3], steps[50] = 0.4, 0.0
    fake = (target + steps[:, None, None, None]).astype("float32")
    metric = PerceptualPathLength(epsilon=0.1, features=doubling())
    value = metric.score(None, fake, target=target)["perceptual_path_length"]
    np.testing.assert_allclose(value.value, (2 * 0.01 / 0.1) ** 2, rtol=1e-4)
    assert "98 of 100 pairs, features doubling, epsilon 0.1" in value.how


def test_a_line_of_gray_images_has_the_length_of_its_slope():
    images = np.zeros((8, 16, 16, 1), "float32")
    same = PerceptualPathLength().score(None, images, target=images)
    assert same["perceptual_path_length"].value == 0.0
    with pytest.raises(ValueError, match="epsilon > 0"):
        PerceptualPathLength(epsilon=0.0)
    with pytest.raises(ValueError, match="perceptual features"):
        PerceptualPathLength(features="nothing")
