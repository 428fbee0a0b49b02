import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import GroupedConv2D


def by_loop(x, kernel, bias, groups):
    """Each output channel of each pixel as a sum, over its own group alone."""
    n, height, width, channels = x.shape
    size, _, inputs, filters = kernel.shape
    wide = np.pad(x, [(0, 0), (size // 2,) * 2, (size // 2,) * 2, (0, 0)])
    y = np.zeros((n, height, width, filters))
    for f in range(filters):
        first = inputs * (f // (filters // groups))
        for r in range(height):
            for c in range(width):
                seen = wide[:, r : r + size, c : c + size, first : first + inputs]
                y[:, r, c, f] = (seen * kernel[..., f]).sum(axis=(1, 2, 3)) + bias[f]
    assert groups * inputs == channels
    return y


@pytest.mark.parametrize(("groups", "filters"), [(1, 4), (2, 6), (3, 3), (6, 12)])
def test_by_loop(groups, filters):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 4, 3, 6))
    layer = GroupedConv2D(filters, 3, groups=groups, padding="same", dtype="float64")
    layer.build(x.shape)
    assert layer.kernel.shape == (3, 3, 6 // groups, filters)
    layer.set_weights([rng.normal(size=v.shape) for v in layer.weights])
    expected = by_loop(x, layer.kernel.numpy(), layer.bias.numpy(), groups)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-10, atol=1e-10)


def test_second_gradients():
    """Of the squared slope, as R1 is, against finite differences in float64."""
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(2, 4, 4, 6)))
    layer = GroupedConv2D(4, 3, groups=2, padding="same", dtype="float64")
    layer.build(x.shape)
    layer.set_weights([rng.normal(size=v.shape) for v in layer.weights])

    def penalty():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.tanh(layer(x)))
        return tf.reduce_sum(tape.gradient(y, x) ** 2)

    with tf.GradientTape() as tape:
        value = penalty()
    slope = tape.gradient(value, layer.kernel.value).numpy()
    way, kernel = rng.normal(size=slope.shape), layer.kernel.numpy()
    at = {}
    for step in (1e-5, -1e-5):
        layer.kernel.assign(kernel + step * way)
        at[step] = float(penalty())
    claimed = float((slope * way).sum())
    np.testing.assert_allclose(claimed, (at[1e-5] - at[-1e-5]) / 2e-5, rtol=1e-7)
    assert abs(claimed) > 1e-2


def test_no_operation_needs_xla():
    """What a server without XLA runs: plain convolutions, and no compiled function."""
    layer = GroupedConv2D(4, 3, groups=2, padding="same")
    layer.build((None, 4, 4, 6))
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec([2, 4, 4, 6])).graph
    nodes = graph.as_graph_def()
    assert sum(node.op == "Conv2D" for node in nodes.node) == 2
    assert not any("_XlaMustCompile" in f.attr for f in nodes.library.function)


def test_config_and_bad_input():
    layer = GroupedConv2D(6, 3, groups=3, padding="same", use_bias=False)
    again = GroupedConv2D.from_config(layer.get_config())
    assert (again.groups, again.filters, again.use_bias) == (3, 6, False)
    assert keras.saving.get_registered_name(GroupedConv2D) == "kgan>GroupedConv2D"
    assert layer.compute_output_shape((None, 4, 5, 9)) == (None, 4, 5, 6)
    with pytest.raises(ValueError, match="divisible by the number of groups"):
        GroupedConv2D(7, 3, groups=3)
    with pytest.raises(ValueError, match="evenly divisible by the number of groups"):
        layer.build((None, 4, 4, 7))
