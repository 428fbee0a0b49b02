import numpy as np
import pytest

from kgan.layers import ReflectionPadding2D


def test_it_is_numpys():
    x = np.random.default_rng(0).normal(size=(2, 5, 7, 3)).astype("float32")
    expected = np.pad(x, [(0, 0), (3, 3), (3, 3), (0, 0)], mode="reflect")
    layer = ReflectionPadding2D(3)
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((2, 5, None, 3)) == (2, 11, None, 3)
    assert ReflectionPadding2D.from_config(layer.get_config()).padding == 3


def test_images_that_are_too_small():
    with pytest.raises(ValueError, match=r"more than 3 pixels.*Received: 3 x 7"):
        ReflectionPadding2D(3)(np.zeros((1, 3, 7, 1)))
    with pytest.raises(ValueError, match="padding >= 1"):
        ReflectionPadding2D(0)
