import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core.averages import copy_of
from kgan.networks import r3gan_discriminator, r3gan_generator
from tests.derivatives import along
from tests.game_test_case import in_float64

GAIN = math.sqrt(2.0 / 1.04)


def of(network, name, inputs):
    """What a layer of the network makes."""
    inner = keras.Model(network.input, network.get_layer(name).output)
    return inner(inputs).numpy()


def lrelu(x):
    return np.where(x > 0, x, 0.2 * x)


def test_block_by_hand():
    """x + 1x1(lrelu(groups(lrelu(1x1 x + b)) + b)), at any weights."""
    network = r3gan_discriminator((8, 8, 1), widths=3, blocks=1, group_size=2, seed=0)
    rng = np.random.default_rng(0)
    network.set_weights([rng.normal(0.0, 0.5, v.shape) for v in network.weights])
    images = rng.uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    x = of(network, "from_color", images)
    kernels = [
        [v.numpy() for v in network.get_layer(f"8x8_block1_{name}").weights]
        for name in ("expand", "groups", "reduce")
    ]
    (expand, bias), (groups, bias_of_groups), (reduce,) = kernels
    y = lrelu(x @ expand[0, 0] + bias)
    wide = np.pad(y, [(0, 0), (1, 1), (1, 1), (0, 0)])
    z = np.zeros((2, 8, 8, 6))
    for r in range(8):
        for c in range(8):
            seen = wide[:, r : r + 3, c : c + 3].reshape(2, 3, 3, 3, 2)
            weights = groups.reshape(3, 3, 2, 3, 2)
            z[:, r, c] = np.einsum("nijgk,ijkgo->ngo", seen, weights).reshape(2, 6)
    expected = x + lrelu(z + bias_of_groups) @ reduce[0, 0]
    made = of(network, "8x8_block1_sum", images)
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5)


def test_both_ends_by_hand():
    """Basis x linear(z); and <h, basis> of each channel."""
    generator = r3gan_generator((8, 16, 1), 5, 4, 1, 8, seed=0)
    rng = np.random.default_rng(0)
    z = rng.normal(size=(3, 5)).astype("float32")
    basis = generator.get_layer("basis").value.numpy()
    assert basis.shape == (4, 8, 4)
    scale = z @ generator.get_layer("basis_scale").kernel.numpy()
    made = of(generator, "scaled_basis", z)
    np.testing.assert_allclose(made, basis * scale[:, None, None], rtol=1e-5)

    discriminator = r3gan_discriminator((8, 16, 1), 4, 1, 8, seed=0)
    images = rng.uniform(-1, 1, (2, 8, 16, 1)).astype("float32")
    x = of(discriminator, "4x8_block1_sum", images)
    basis = discriminator.get_layer("basis").weights[0].numpy()[..., 0]
    features = (x * basis).sum(axis=(1, 2))
    expected = features @ discriminator.get_layer("logits").kernel.numpy()
    np.testing.assert_allclose(discriminator(images), expected, rtol=1e-4)


def test_resampling_is_the_filter_1_2_1():
    """Twice as large: pixels repeated, then [1, 2, 1] / 4 on both axes. Half as large:
    [1, 2, 1] / 4, then the mean of 2 x 2 pixels."""
    rng = np.random.default_rng(0)
    taps = np.outer([1, 2, 1], [1, 2, 1]) / 16.0

    def blurred(x):
        wide = np.pad(x, 1)
        rows, columns = x.shape
        return np.array(
            [
                [(taps * wide[r : r + 3, c : c + 3]).sum() for c in range(columns)]
                for r in range(rows)
            ]
        )

    z = rng.normal(size=(1, 2)).astype("float32")
    generator = r3gan_generator((8, 8, 1), 2, 2, 1, 4, seed=0)
    x = of(generator, "4x4_block1_sum", z)[0, ..., 0]
    made = of(generator, "8x8_up", z)[0, ..., 0]
    expected = blurred(x.repeat(2, axis=0).repeat(2, axis=1))
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5)

    images = rng.uniform(-1, 1, (1, 8, 8, 1)).astype("float32")
    discriminator = r3gan_discriminator((8, 8, 1), 2, 1, 4, seed=0)
    x = of(discriminator, "8x8_block1_sum", images)[0, ..., 0]
    made = of(discriminator, "4x4_down", images)[0, ..., 0]
    expected = blurred(x).reshape(4, 2, 4, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5)


def test_initial_weights():
    """Each block is the identity. Inner weights have He's deviation x L^(-1/4)."""
    generator = r3gan_generator((16, 16, 3), 8, [64, 48, 32], [1, 2, 1], 32, seed=0)
    z = np.random.default_rng(0).normal(size=(2, 8)).astype("float32")
    names = [layer.name for layer in generator.layers if "_sum" in layer.name]
    blocks = ["4x4_block1", "8x8_block1", "8x8_block2", "16x16_block1"]
    assert names == [f"{name}_sum" for name in blocks]
    for name in names:
        block = generator.get_layer(name)
        x, branch = keras.Model(generator.input, block.input)(z)
        np.testing.assert_array_equal(branch, np.zeros_like(branch))
        np.testing.assert_array_equal(of(generator, name, z), x)
    # L = 4; the kernel of a group of 32 channels sees 9 x 32.
    expand = generator.get_layer("4x4_block1_expand")
    groups = generator.get_layer("8x8_block2_groups")
    for layer, fan_in in ((expand, 64), (groups, 9 * 32)):
        expected = GAIN * 4**-0.25 / math.sqrt(fan_in)
        np.testing.assert_allclose(layer.kernel.numpy().std(), expected, rtol=0.03)
        np.testing.assert_array_equal(layer.bias, 0.0)
    for name, fan_in in (("8x8_width", 64), ("16x16_width", 48), ("basis_scale", 8)):
        deviation = generator.get_layer(name).kernel.numpy().std()
        np.testing.assert_allclose(deviation, fan_in**-0.5, rtol=0.1)


def test_variance_of_a_branch():
    """Of x with variance 1, the second convolution has variance L^-1 (2 / 1.04)."""
    network = r3gan_discriminator((32, 32, 3), 128, 1, 64, seed=0)
    inner = keras.Model(
        network.get_layer("32x32_block1_expand").input,
        network.get_layer("32x32_block1_groups").output,
    )
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 128)).astype("float32")
    made = inner(x).numpy()[:, 1:-1, 1:-1]
    # Each convolution: 2 / 1.04 L^(-1/2). The leaky ReLU between them: 1.04 / 2.
    expected = (2.0 / 1.04) * 4**-0.5 * 4**-0.5
    np.testing.assert_allclose((made**2).mean(), expected, rtol=0.1)


def test_conditional_by_hand():
    """Of G: basis x linear([z, linear(y)]). Of D: <h, e_y>, with |e_y|^2 near 1 / n."""
    rng = np.random.default_rng(0)
    labels = np.eye(3, dtype="float32")[[0, 2]]
    z = rng.normal(size=(2, 5)).astype("float32")
    generator = r3gan_generator((8, 8, 1), 5, 4, 1, 8, classes=3, seed=0)
    code = labels @ generator.get_layer("label_embedding").kernel.numpy()
    assert code.shape == (2, 5)
    beside = np.concatenate([z, code], axis=1)
    expected = beside @ generator.get_layer("basis_scale").kernel.numpy()
    np.testing.assert_allclose(
        of(generator, "basis_scale", [z, labels]), expected, rtol=1e-4, atol=1e-6
    )

    discriminator = r3gan_discriminator((8, 8, 1), [256, 8], 1, 16, 3, seed=0)
    images = rng.uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    h = of(discriminator, "embedding", [images, labels])
    assert h.shape == (2, 256)
    table = discriminator.get_layer("label_embedding").kernel.numpy()
    expected = (h * (labels @ table)).sum(axis=1, keepdims=True)
    logits = discriminator([images, labels])
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose((table**2).sum(axis=1), 1 / 3, rtol=0.3)


def test_second_gradients():
    """Of |grad D|^2, as R1 is, in all weights; against finite differences."""
    with in_float64():
        network = r3gan_discriminator((8, 8, 1), [4, 2], 1, 2, seed=0)
    rng = np.random.default_rng(0)
    network.set_weights([rng.normal(0.0, 0.5, v.shape) for v in network.weights])
    images = tf.constant(rng.uniform(-1, 1, (2, 8, 8, 1)))

    def penalty():
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = tf.reduce_sum(network(images))
        return tf.reduce_sum(tape.gradient(logits, images) ** 2)

    variables = network.trainable_variables
    ways = [rng.normal(size=v.shape) for v in variables]
    claimed, measured = along(penalty, variables, ways, 1e-7)
    np.testing.assert_allclose(claimed, measured, rtol=1e-5)
    assert abs(claimed) > 1e-3


@pytest.mark.slow
def test_parameters_of_the_paper():
    """Table 2, config E: 256 pixels, 23.058 and 23.010 million."""
    widths = [768, 768, 768, 768, 384, 192, 96]
    g = r3gan_generator((256, 256, 3), 64, widths).count_params()
    d = r3gan_discriminator((256, 256, 3), widths).count_params()
    assert (g, d) == (23_057_952, 23_009_568)


@pytest.mark.parametrize("shape", [(28, 28, 1), (8, 8, 3), (16, 40, 4)])
def test_shapes(shape):
    sizes = {"widths": 2, "blocks": 1, "group_size": 4}
    z = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    images = r3gan_generator(shape, 3, **sizes)(z)
    assert images.shape == (2, *shape)
    assert r3gan_discriminator(shape, **sizes)(images).shape == (2, 1)


def test_a_copy_and_a_file_are_the_same_network(tmp_path):
    generator = r3gan_generator((8, 8, 1), 3, 4, 1, 4, classes=2, seed=0)
    inputs = [np.ones((2, 3), "float32"), np.eye(2, dtype="float32")]
    generator.save(tmp_path / "generator.keras")
    loaded = keras.models.load_model(tmp_path / "generator.keras")
    again = r3gan_generator((8, 8, 1), 3, 4, 1, 4, classes=2, seed=0)
    for other in (copy_of(generator), loaded, again):
        np.testing.assert_array_equal(generator(inputs), other(inputs))


def test_bad_input():
    with pytest.raises(ValueError, match="double a grid of 4 to 7"):
        r3gan_generator((30, 27, 1))
    with pytest.raises(ValueError, match=r"nearest that works is \(32, 32\)"):
        r3gan_discriminator((33, 33, 1))
    with pytest.raises(ValueError, match=r"divides 2 x each width\. .*=16, and a wid"):
        r3gan_generator((16, 16, 1), widths=[16, 12, 8])
    with pytest.raises(ValueError, match="each of 3 sizes: 4 x 4, 8 x 8, 16 x 16"):
        r3gan_discriminator((16, 16, 1), widths=[16, 8])
    with pytest.raises(ValueError, match="blocks as one number, or one for each of 2"):
        r3gan_generator((8, 8, 1), widths=8, blocks=[1, 1, 1])
    with pytest.raises(ValueError, match="widths >= 1"):
        r3gan_generator((8, 8, 1), widths=0)
    with pytest.raises(ValueError, match="group_size >= 1"):
        r3gan_discriminator((8, 8, 1), group_size=0)
    with pytest.raises(ValueError, match="classes >= 2"):
        r3gan_discriminator((8, 8, 1), 8, 1, 8, classes=1)
