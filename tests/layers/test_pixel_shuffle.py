import numpy as np
import pytest

from kgan.layers import PixelShuffle


def test_where_each_channel_goes():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 18)).astype("float32")
    y = PixelShuffle(3)(x).numpy()
    assert y.shape == (2, 9, 12, 2)
    for i in range(3):
        for j in range(3):
            first = (i * 3 + j) * 2
            np.testing.assert_array_equal(y[:, i::3, j::3], x[..., first : first + 2])


def test_shapes():
    layer = PixelShuffle(2)
    assert layer.compute_output_shape((None, None, 5, 8)) == (None, None, 10, 2)
    with pytest.raises(ValueError, match=r"that 4 divides.*Received: 6 channels"):
        layer(np.zeros((1, 2, 2, 6)))
    assert PixelShuffle.from_config(PixelShuffle(3).get_config()).factor == 3
