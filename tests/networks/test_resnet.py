import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.networks import resnet_discriminator, resnet_generator
from tests.game_test_case import in_float64


@pytest.mark.parametrize("side", [28, 32, 48, 64])
def test_sizes(side):
    generator = resnet_generator((side, side, 3), 4, width=2, seed=0)
    discriminator = resnet_discriminator((side, side, 3), width=2, seed=0)
    images = generator(np.random.default_rng(0).normal(size=(2, 4)))
    assert images.shape == (2, side, side, 3)
    assert discriminator(images).shape == (2, 1)
    last = discriminator.get_layer("last_relu").output.shape
    assert last[1] == {28: 7, 32: 8, 48: 6, 64: 8}[side]


def test_parameters_by_hand():
    """The authors' CIFAR networks: G 256 wide, D 128 wide, 32 px."""
    conv = lambda i, o, k: k * k * i * o + o  # noqa: E731
    up = conv(256, 256, 3) * 2 + conv(256, 256, 1) + 2 * 4 * 256
    g = 128 * 4096 + 4096 + 3 * up + 4 * 256 + conv(256, 3, 3)
    assert resnet_generator((32, 32, 3)).count_params() == g
    first = conv(3, 128, 3) + conv(128, 128, 3) + conv(3, 128, 1)
    same = 2 * conv(128, 128, 3)
    d = first + same + conv(128, 128, 1) + 2 * same + 128
    discriminator = resnet_discriminator((32, 32, 3), spectral_normalization=False)
    assert discriminator.count_params() == d
    # u of each layer: 3 + 3 + 2 + 2 convolutions, and the logits
    normed = resnet_discriminator((32, 32, 3))
    assert normed.count_params() == d + 10 * 128 + 1


def test_the_sum_over_pixels():
    discriminator = resnet_discriminator((28, 28, 1), 4, spectral_normalization=False)
    last = keras.Model(
        discriminator.input,
        [discriminator.get_layer("last_relu").output, discriminator.output],
    )
    x = np.random.default_rng(0).uniform(-1, 1, (2, 28, 28, 1))
    pixels, logits = last(x)
    kernel = discriminator.get_layer("logits").kernel.numpy()
    expected = pixels.numpy().sum(axis=(1, 2)) @ kernel
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-4)


def test_no_row_is_cut():
    """A grid of 7 x 14 has an odd side: it stays."""
    discriminator = resnet_discriminator((28, 56, 1), 2)
    assert discriminator.get_layer("last_relu").output.shape[1:3] == (7, 14)


def test_another_output_function():
    generator = resnet_generator((28, 28, 1), 4, width=2, output="sigmoid")
    assert generator.layers[-1].activation is keras.activations.sigmoid


def test_mixed_precision_has_float32_ends():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = resnet_generator((28, 28, 1), 4, width=2)
        discriminator = resnet_discriminator((28, 28, 1), 2)
    finally:
        keras.config.set_dtype_policy("float32")
    assert generator.output.dtype == discriminator.output.dtype == "float32"
    images = generator(np.zeros((2, 4)))
    assert images.dtype == discriminator(images).dtype == "float32"
    assert discriminator.get_layer("same1_relu2").output.dtype == "bfloat16"


@pytest.mark.parametrize("normed", [False, True])
def test_second_gradient_of_a_penalty(normed):
    """R1's gradient by the kernels, in float64, against finite differences."""
    with in_float64():
        network = resnet_discriminator((16, 16, 1), 2, 0, spectral_normalization=normed)
    for layer in network.layers if normed else ():
        # u and v are held fixed. Where they are exact, that makes no difference.
        for _ in range(300):
            layer.before_update() if hasattr(layer, "before_update") else None
    rng = np.random.default_rng(0)
    x = tf.constant(rng.uniform(-1, 1, (2, 16, 16, 1)))

    def penalty():
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = tf.reduce_sum(network(x, training=True))
        return tf.reduce_sum(tape.gradient(logits, x) ** 2)

    kernels = [w for w in network.trainable_weights if w.path.endswith("kernel")]
    with tf.GradientTape() as tape:
        value = penalty()
    gradients = tape.gradient(value, [kernel.value for kernel in kernels])
    directions = [rng.normal(size=kernel.shape) for kernel in kernels]
    pairs = zip(gradients, directions, strict=True)
    slope = sum(np.sum(g.numpy() * d) for g, d in pairs)

    def moved(h):
        for kernel, d in zip(kernels, directions, strict=True):
            kernel.assign_add(h * d)
        return float(penalty())

    h = 1e-6
    above, below = moved(h), moved(-2 * h)
    assert slope == pytest.approx((above - below) / (2 * h), rel=1e-4)


def test_bad_input():
    with pytest.raises(ValueError, match="nearest that works"):
        resnet_generator((30, 30, 1))
    with pytest.raises(ValueError, match="width >= 1"):
        resnet_discriminator((28, 28, 1), width=0)
