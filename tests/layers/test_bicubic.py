import numpy as np
import pytest

from kgan.data.degradations import resize
from kgan.layers import BicubicUpsampling2D


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
def test_it_is_imresize(factor):
    """The same as the matrices of kgan.data.degradations, which follow MATLAB."""
    x = np.random.default_rng(0).normal(size=(2, 5, 8, 3)).astype("float32")
    layer = BicubicUpsampling2D(factor)
    expected = resize(x, (5 * factor, 8 * factor))
    np.testing.assert_allclose(layer(x), expected, atol=2e-6)
    assert layer.compute_output_shape((2, None, 8, 3)) == (2, None, 8 * factor, 3)


def test_a_plane_stays_one_inside():
    y, x = np.mgrid[:8, :8].astype("float32")
    made = BicubicUpsampling2D(2)((2 * y + 3 * x)[None, ..., None]).numpy()[0, ..., 0]
    expected = sum(
        slope * ((np.arange(16) + 0.5) / 2 - 0.5).reshape(shape)
        for slope, shape in ((2, (-1, 1)), (3, (1, -1)))
    )
    np.testing.assert_allclose(made[4:-4, 4:-4], expected[4:-4, 4:-4], atol=1e-5)


def test_config():
    assert (
        BicubicUpsampling2D.from_config(BicubicUpsampling2D(3).get_config()).factor == 3
    )
    with pytest.raises(ValueError, match="factor >= 1"):
        BicubicUpsampling2D(0)
