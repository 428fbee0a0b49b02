import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import UndirectedEdges


def test_by_hand():
    edges = np.zeros((1, 2, 2, 2), "float32")
    edges[0, 0, 1], edges[0, 1, 0] = [1.0, 2.0], [3.0, 6.0]
    made = UndirectedEdges()(edges).numpy()[0]
    np.testing.assert_array_equal(made[0, 1], [2.0, 4.0])
    np.testing.assert_array_equal(made[1, 0], [2.0, 4.0])
    np.testing.assert_array_equal(made[0, 0], [0.0, -1e4])
    np.testing.assert_array_equal(made[1, 1], [0.0, -1e4])


@pytest.mark.parametrize("dtype", ["float64", "float32", "mixed_bfloat16", "float16"])
def test_no_edge_to_itself_is_certain(dtype):
    rng = np.random.default_rng(0)
    layer = UndirectedEdges(dtype=dtype)
    with tf.GradientTape() as tape:
        edges = tf.constant(rng.normal(size=(3, 4, 4, 5)), "float32")
        tape.watch(edges)
        shares = keras.ops.softmax(layer(edges))
        loss = tf.reduce_sum(tf.cast(shares, "float32") ** 2)
    diagonal = np.einsum("biiy->biy", tf.cast(shares, "float32"))
    np.testing.assert_array_equal(diagonal, np.eye(5)[[[0] * 4] * 3])
    slopes = tape.gradient(loss, edges).numpy()
    assert np.isfinite(slopes).all() and np.any(slopes)
    assert not np.einsum("biiy->biy", slopes).any()
