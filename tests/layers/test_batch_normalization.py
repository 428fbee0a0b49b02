import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import BatchNormalization
from tests.game_test_case import two_replicas


def _pair(shape, **kwargs):
    """Ours and Keras', with the same weights."""
    rng = np.random.default_rng(0)
    pair = []
    for cls in (BatchNormalization, keras.layers.BatchNormalization):
        layer = cls(momentum=0.9, epsilon=1e-5, **kwargs)
        layer.build((None, *shape))
        pair.append(layer)
    gamma, beta = rng.normal(size=(2, shape[-1]))
    for layer in pair:
        layer.set_weights([gamma, beta, *layer.get_weights()[2:]])
    return pair


@pytest.mark.parametrize("shape", [(5,), (7, 3), (6, 4, 3)])
def test_training_equals_keras(shape):
    ours, theirs = _pair(shape)
    x = np.random.default_rng(1).normal(2.0, 3.0, (8, *shape)).astype("float32")
    results = []
    for layer in (ours, theirs):
        v = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(v)
            y = layer(v, training=True)
            loss = tf.reduce_sum(y**3)
        gradients = tape.gradient(loss, [v, layer.gamma.value, layer.beta.value])
        results.append([y, *gradients, *layer.get_weights()])
    for a, b in zip(*results, strict=True):
        scale = np.abs(b).max()
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5 * scale)
    # And in inference, by the moving statistics.
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-4, atol=1e-4)


def test_bfloat16_keeps_float32_statistics():
    layer = BatchNormalization(dtype="mixed_bfloat16")
    x = np.random.default_rng(0).normal(size=(8, 4, 4, 3)).astype("float32")
    y = layer(x, training=True)
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    np.testing.assert_allclose(
        layer.moving_mean, 0.1 * x.mean((0, 1, 2)), rtol=0.02, atol=1e-4
    )


def test_float64_is_exact():
    layer = BatchNormalization(dtype="float64")
    x = np.random.default_rng(0).normal(size=(8, 4, 4, 3))
    y = layer(x, training=True)
    expected = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-5)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)


def test_second_order_gradients_exist():
    # A gradient penalty differentiates the gradient.
    layer = BatchNormalization()
    x = tf.random.stateless_normal((6, 4, 4, 2), seed=(0, 1))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(layer(x, training=True) ** 3)
        norm = tf.reduce_sum(inner.gradient(y, x) ** 2)
    assert np.isfinite(outer.gradient(norm, x)).all()


def test_frozen_layer_uses_moving_statistics():
    layer = BatchNormalization()
    x = np.random.default_rng(0).normal(5.0, 1.0, (8, 4, 4, 3)).astype("float32")
    layer.build(x.shape)
    layer.trainable = False
    y = layer(x, training=True)
    np.testing.assert_allclose(y, x / np.sqrt(1 + 1e-5), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_two_replicas_equal_one(dtype):
    x = np.random.default_rng(2).normal(1.0, 2.0, (8, 4, 4, 3)).astype(dtype)
    one = _first_and_second_order(tf.distribute.get_strategy(), [x], dtype)
    two = _first_and_second_order(two_replicas(), [x[:4], x[4:]], dtype)
    tolerance = 1e-5 if dtype == "float32" else 1e-11
    for name, value in one.items():
        scale = np.abs(value).max()
        np.testing.assert_allclose(
            two[name], value, tolerance, tolerance * scale, err_msg=name
        )


def _first_and_second_order(strategy, parts, dtype):
    """What a layer computes of a batch that lies on the replicas in parts."""
    with strategy.scope():
        layer = BatchNormalization(dtype=dtype)
        layer.build(parts[0].shape)
        layer.gamma.assign([0.5, 1.0, 2.0])

    def run(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = layer(x, training=True)
                loss = tf.reduce_sum(y**3)
            dx, d_gamma = inner.gradient(loss, [x, layer.gamma.value])
            penalty = tf.reduce_sum(dx**2)
        ddx = outer.gradient(penalty, x)
        together = tf.distribute.get_replica_context().all_reduce
        return y, dx, ddx, together("SUM", d_gamma)

    values = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(parts[context.replica_id_in_sync_group])
    )
    results = tf.function(lambda v: strategy.run(run, args=(v,)))(values)
    y, dx, ddx, d_gamma = (strategy.experimental_local_results(r) for r in results)
    return {
        "y": np.concatenate(y),
        "dx": np.concatenate(dx),
        "ddx": np.concatenate(ddx),
        "d_gamma": d_gamma[0],
        "mean": layer.moving_mean.numpy(),
        "variance": layer.moving_variance.numpy(),
    }


def test_local_statistics():
    # Each replica by its own moments; the moving statistics by their mean.
    x = np.random.default_rng(2).normal(size=(8, 4, 4, 3)).astype("float32")
    x[4:] = 5.0 + 2.0 * x[4:]
    with two_replicas().scope():
        layer = BatchNormalization(synchronized=False, momentum=0.0)
        layer.build(x.shape)
    values = two_replicas().experimental_distribute_values_from_function(
        lambda context: tf.constant(np.split(x, 2)[context.replica_id_in_sync_group])
    )
    y = two_replicas().run(lambda v: layer(v, training=True), args=(values,))
    for part in y.values:
        np.testing.assert_allclose(np.mean(part, (0, 1, 2)), 0.0, atol=1e-5)
        np.testing.assert_allclose(np.std(part, (0, 1, 2)), 1.0, atol=1e-4)
    moments = [np.mean(part, (0, 1, 2)) for part in np.split(x, 2)]
    for mean in layer.moving_mean.value.values:
        np.testing.assert_allclose(mean, np.mean(moments, 0), rtol=1e-5)
