import numpy as np
import pytest

from kgan.layers import GatedAggregation

NODES = np.random.default_rng(0).normal(size=(2, 4, 3))


def test_against_numpy():
    layer = GatedAggregation(5, seed=0, dtype="float64")
    layer.build(NODES.shape)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=v.shape) for v in layer.weights])
    gate, gate_bias, value, value_bias = map(np.array, layer.weights)
    gates = 1 / (1 + np.exp(-(NODES @ gate + gate_bias)))
    values = np.tanh(NODES @ value + value_bias)
    expected = np.tanh((gates * values).sum(axis=1))
    np.testing.assert_allclose(layer(NODES), expected, rtol=1e-12)


def test_the_order_of_the_nodes_does_not_matter():
    layer = GatedAggregation(5, seed=0, dtype="float64")
    np.testing.assert_allclose(layer(NODES[:, [3, 1, 0, 2]]), layer(NODES), 1e-12)


def test_initial_weights():
    layer = GatedAggregation(4, seed=0)
    layer.build((None, 3, 6))
    assert not np.array_equal(layer.gate_kernel, layer.value_kernel)


def test_config():
    layer = GatedAggregation(5, "relu", seed=3)
    copy = GatedAggregation.from_config(layer.get_config())
    np.testing.assert_array_equal(copy(NODES), layer(NODES))


def test_bad_input():
    with pytest.raises(ValueError, match="units >= 1"):
        GatedAggregation(0)
