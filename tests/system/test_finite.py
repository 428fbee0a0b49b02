import keras
import numpy as np

from kgan.system.finite import all_finite, not_finite, not_finite_variables


def test_names_of_what_is_not_finite():
    terms = {"d_loss": 1.0, "g_loss": np.nan, "value": -np.inf, "count": 3}
    assert not_finite(terms.items()) == ["g_loss", "value"]
    assert not_finite([]) == []


def test_arrays_of_every_kind():
    assert all_finite(np.arange(3))
    assert all_finite(np.zeros((2, 2), "uint8"))
    assert not all_finite(np.array([1.0, np.nan]))
    half = keras.ops.convert_to_tensor([1.0, np.inf], "bfloat16")
    assert not all_finite(half)


def test_variables_by_their_path():
    layer = keras.layers.Dense(2, name="dense")
    layer.build((None, 3))
    assert not_finite_variables(layer.weights) == []
    layer.bias.assign([0.0, np.nan])
    assert not_finite_variables(layer.weights) == ["dense/bias"]
