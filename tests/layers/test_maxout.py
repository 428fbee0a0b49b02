import keras
import numpy as np
import pytest

from kgan.layers import Maxout


def test_largest_piece_by_hand():
    layer = Maxout(2, pieces=2)
    layer.build((None, 1))
    # unit 0: max(x, -x) = |x|; unit 1: max(2x + 1, 0)
    layer.set_weights(
        [np.array([[1.0, -1.0, 2.0, 0.0]]), np.array([0.0, 0.0, 1.0, 0.0])]
    )
    out = layer(np.array([[-3.0], [2.0]], "float32"))
    np.testing.assert_allclose(out, [[3.0, 0.0], [2.0, 5.0]])


def test_config_round_trip():
    layer = Maxout(3, pieces=4, kernel_initializer="zeros")
    copy = Maxout.from_config(layer.get_config())
    assert (copy.units, copy.pieces) == (3, 4)
    assert isinstance(copy.kernel_initializer, keras.initializers.Zeros)
    assert layer.compute_output_shape((None, 7)) == (None, 3)


def test_errors():
    with pytest.raises(ValueError, match="units=0, pieces=5"):
        Maxout(0)
