import numpy as np
import pytest

from kgan.layers import RelationalGraphConvolution

# Two graphs of 4 nodes with 3 features, and edges of 3 types.
NODES = np.random.default_rng(0).normal(size=(2, 4, 3))
EDGES = np.random.default_rng(1).dirichlet([1, 1, 1], size=(2, 4, 4))


def layer_of(**kwargs):
    layer = RelationalGraphConvolution(5, seed=0, dtype="float64", **kwargs)
    layer.build(NODES.shape, EDGES.shape)
    rng = np.random.default_rng(2)
    layer.set_weights([rng.normal(size=v.shape) for v in layer.weights])
    return layer


@pytest.mark.parametrize("normalized", [False, True])
def test_against_a_loop(normalized):
    layer = layer_of(normalized=normalized)
    w_s, b_s = np.array(layer.self_kernel), np.array(layer.self_bias)
    w, b = np.array(layer.kernel), np.array(layer.bias)[:, 0]
    assert w.shape == (2, 3, 5)
    expected = np.zeros((2, 4, 5))
    for graph in range(2):
        for i in range(4):
            received = np.zeros(5)
            neighbours = 0.0
            for j in range(4):
                # Type 0 is "no edge".
                for y in (1, 2):
                    share = EDGES[graph, i, j, y]
                    received += share * (NODES[graph, j] @ w[y - 1] + b[y - 1])
                    neighbours += share
            if normalized:
                received /= max(neighbours, 1.0)
            expected[graph, i] = np.tanh(NODES[graph, i] @ w_s + b_s + received)
    np.testing.assert_allclose(layer(NODES, EDGES), expected, rtol=1e-12)


def test_by_hand():
    """Node 0 has a single bond to node 1; h = (1, 10), and all weights are known."""
    layer = RelationalGraphConvolution(1, activation="linear")
    nodes = np.array([[[1.0], [10.0]]], "float32")
    edges = np.eye(3, dtype="float32")[np.array([[[0, 1], [1, 0]]])]
    layer.build(nodes.shape, edges.shape)
    # f_s(h) = 2 h + 1, f_1(h) = 3 h + 5, f_2(h) = 100 h
    weights = [[[2.0]], [[[3.0]], [[100.0]]], [1.0], [[[5.0]], [[0.0]]]]
    layer.set_weights(list(map(np.float32, weights)))
    np.testing.assert_array_equal(layer(nodes, edges), [[[2 + 1 + 35], [20 + 1 + 8]]])


def test_a_node_alone_is_finite():
    layer = layer_of(normalized=True)
    none = np.zeros_like(EDGES)
    none[..., 0] = 1.0
    own = NODES @ np.array(layer.self_kernel) + np.array(layer.self_bias)
    np.testing.assert_allclose(layer(NODES, none), np.tanh(own), rtol=1e-12)


def test_another_order_of_the_nodes():
    layer, order = layer_of(), [2, 0, 3, 1]
    turned = layer(NODES[:, order], EDGES[:, order][:, :, order])
    np.testing.assert_allclose(turned, np.array(layer(NODES, EDGES))[:, order], 1e-12)


def test_initial_weights():
    layer = RelationalGraphConvolution(100, seed=1)
    layer.build((None, 4, 50), (None, 4, 4, 3))
    # Glorot: sqrt(6 / 150) = 0.2 for each f.
    for weights in (layer.kernel, layer.self_kernel):
        largest = np.abs(np.array(weights)).max()
        assert 0.19 < largest <= 0.2
    assert not np.array_equal(layer.kernel[0], layer.kernel[1])


def test_config_and_bfloat16():
    layer = RelationalGraphConvolution(5, "relu", normalized=True, seed=3)
    copy = RelationalGraphConvolution.from_config(layer.get_config())
    np.testing.assert_array_equal(copy(NODES, EDGES), layer(NODES, EDGES))
    half = RelationalGraphConvolution(5, dtype="mixed_bfloat16")
    assert half(NODES, EDGES).dtype == "bfloat16"


def test_bad_input():
    with pytest.raises(ValueError, match="units >= 1"):
        RelationalGraphConvolution(0)
    with pytest.raises(ValueError, match=r"at least two types.*Received: 1"):
        RelationalGraphConvolution(2)(np.ones((1, 2, 3)), np.ones((1, 2, 2, 1)))
