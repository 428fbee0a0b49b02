import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import Conv2D


def _pair(fold, size, sides, channels=2):
    """Ours and Keras', with the same weights."""
    rng = np.random.default_rng(0)
    ours = Conv2D(3, size, fold, padding="same", dtype="float64")
    theirs = keras.layers.Conv2D(3, size, padding="same", dtype="float64")
    for layer in (ours, theirs):
        layer.build((None, *sides, channels))
    weights = [rng.normal(size=v.shape) for v in ours.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


@pytest.mark.parametrize("size", [1, 2, 3, 4, 9, (5, 2)])
@pytest.mark.parametrize("fold", [1, 2, 3])
def test_it_is_keras_convolution(fold, size):
    ours, theirs = _pair(fold, size, (None, None))
    x = tf.constant(np.random.default_rng(1).normal(size=(2, 6, 12, 2)))
    results = []
    for layer in (ours, theirs):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(y**3)
        results.append([y, *tape.gradient(loss, [x, *layer.trainable_variables])])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def test_config():
    layer = Conv2D(3, 9, fold=2, padding="same", activation="relu")
    copy = Conv2D.from_config(layer.get_config())
    assert (copy.fold, copy.kernel_size, copy.padding) == (2, (9, 9), "same")
    assert layer.compute_output_shape((None, 6, None, 2)) == (None, 6, None, 3)


def test_refuses():
    with pytest.raises(ValueError, match="padding='same' beside a fold"):
        Conv2D(3, 9, fold=2)
    with pytest.raises(ValueError, match=r"strides=\(2, 2\)"):
        Conv2D(3, 9, fold=2, padding="same", strides=2)
    with pytest.raises(ValueError, match=r"fold=2 divides\. Received: 5 x 6"):
        Conv2D(3, 9, fold=2, padding="same")(np.zeros((1, 5, 6, 2)))
    with pytest.raises(ValueError, match="fold >= 1"):
        Conv2D(3, 9, fold=0)
