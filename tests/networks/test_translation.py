"""The networks of image to image: U-Net, translator and PatchGAN."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.networks import patchgan, receptive_field, resnet_translator, unet


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_unet_of_the_paper():
    """At 256 pixels the authors' network has 54.41 million weights."""
    network = unet((256, 256, 3), normalization="batch", dropout=0.5)
    up = lambda i, o, bias: 16 * i * o + bias * o  # noqa: E731
    widths = [64, 128, 256, 512, 512, 512, 512, 512]
    downs = [up(3, 64, True)]
    downs += [up(i, o, False) for i, o in itertools.pairwise(widths[:-1])]
    downs += [up(512, 512, True)]
    # From 512 alone, then from twice the level's channels.
    ups = [up(512, 512, False)]
    ups += [up(2 * widths[i], widths[i - 1], False) for i in range(6, 0, -1)]
    ups += [up(128, 3, True)]
    norms = 2 * (sum(widths[1:-1]) + sum(widths[:-1]))
    trainable = sum(np.prod(v.shape) for v in network.trainable_variables)
    assert trainable == sum(downs) + sum(ups) + norms
    assert round(trainable / 1e6, 2) == 54.41
    rates = [x.rate for x in network.layers if type(x).__name__ == "Dropout"]
    assert rates == [0.5] * 3
    assert network.get_layer("down8").output.shape[1:3] == (1, 1)


@pytest.mark.parametrize(
    ("shape", "levels"), [((28, 28, 1), 2), ((64, 96, 3), 5), ((32, 32, 4), 5)]
)
def test_unet_halves_until_a_side_is_odd(shape, levels):
    network = unet(shape, 2, width=2, seed=0)
    assert network.output_shape == (None, *shape[:2], 2)
    downs = [x for x in network.layers if isinstance(x, kgan.layers.HalvingConv2D)]
    assert len(downs) == levels


def test_unet_of_images_of_any_size():
    network = unet((None, None, 1), 1, width=2, levels=3, seed=0)
    assert network(np.zeros((1, 16, 40, 1))).shape == (1, 16, 40, 1)


def test_unet_refuses_odd_sides():
    with pytest.raises(ValueError, match="nearest that works is 32 x 28"):
        unet((31, 28, 1))
    with pytest.raises(ValueError, match=r"that 8 divides.*allows levels=2"):
        unet((28, 28, 1), levels=3)
    with pytest.raises(ValueError, match="or levels"):
        unet((None, None, 1))
    with pytest.raises(ValueError, match="'instance', 'batch' or None"):
        unet((32, 32, 1), normalization="layer")


@pytest.mark.parametrize("build", [unet, resnet_translator])
def test_an_image_does_not_depend_on_its_batch(build, rng):
    network = build((16, 16, 1), 1, 2, seed=0)
    x = rng.uniform(-1, 1, (3, 16, 16, 1)).astype("float32")
    together = network(x, training=True).numpy()
    alone = np.concatenate([network(one[None], training=True) for one in x])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    # As in training, so at inference.
    np.testing.assert_allclose(network(x), together, atol=1e-5)


def test_instance_normalization(rng):
    network = resnet_translator((16, 16, 3), width=4, blocks=1, seed=0)
    normed = keras.Model(network.input, network.get_layer("down2_norm").output)
    x = normed(rng.uniform(-1, 1, (2, 16, 16, 3))).numpy()
    np.testing.assert_allclose(x.mean((1, 2)), 0.0, atol=1e-5)
    np.testing.assert_allclose(x.var((1, 2)), 1.0, atol=1e-1)


def test_translator_of_the_paper():
    """11.38 million weights with the biases that instance norm would take away."""
    network = resnet_translator((256, 256, 3), upsampling="transposed")
    widths = [64, 128, 256]
    biases = 64 + 128 + 256 + 9 * 2 * 256 + 128 + 64
    conv = lambda i, o, k: k * k * i * o  # noqa: E731
    kernels = conv(3, 64, 7) + conv(64, 128, 3) + conv(128, 256, 3)
    kernels += 9 * 2 * conv(256, 256, 3)
    kernels += conv(256, 128, 3) + conv(128, 64, 3) + conv(64, 3, 7)
    assert network.count_params() == kernels + 3
    assert round((network.count_params() + biases) / 1e6, 2) == 11.38
    assert network.get_layer("down2").filters == widths[-1]


@pytest.mark.parametrize("upsampling", ["resize", "transposed"])
def test_translator_of_any_size(upsampling):
    network = resnet_translator((None, None, 1), 3, 2, 1, upsampling, seed=0)
    assert network(np.zeros((1, 20, 36, 1))).shape == (1, 20, 36, 3)


def test_translator_blocks():
    count = lambda n: sum(x.name.endswith("_conv1") for x in n.layers)  # noqa: E731
    assert count(resnet_translator((128, 256, 3), width=1)) == 6
    assert count(resnet_translator((256, 256, 3), width=1)) == 9
    # Nothing comes after the sum but the next block.
    network = resnet_translator((32, 32, 3), width=1, blocks=2)
    following = network.layers[network.layers.index(network.get_layer("block1")) + 1]
    assert following.name == "block2_mirror1"


def test_translator_refuses():
    with pytest.raises(ValueError, match="that 4 divides"):
        resnet_translator((30, 32, 3))
    with pytest.raises(ValueError, match="'resize' or 'transposed'"):
        resnet_translator((32, 32, 3), upsampling="bilinear")


def test_patchgan_of_the_paper():
    """70 x 70 patches, 30 x 30 of them at 256 pixels, 2.77 million weights."""
    shape = (256, 256, 3)
    network = patchgan(shape, shape, normalization="batch")
    assert network.output_shape == (None, 30, 30, 1)
    assert [x.name for x in network.inputs] == ["images", "source"]
    trainable = sum(np.prod(v.shape) for v in network.trainable_variables)
    assert round(trainable / 1e6, 2) == 2.77
    assert [receptive_field(d) for d in range(5)] == [1, 16, 34, 70, 142]


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_logit_sees_its_patch(depth):
    side = 48
    network = patchgan((side, side, 1), width=2, depth=depth, normalization=None)
    x = tf.Variable(np.random.default_rng(0).uniform(-1, 1, (1, side, side, 1)))
    with tf.GradientTape() as tape:
        logits = network(x)
        middle = logits.shape[1] // 2
        logit = logits[0, middle, middle, 0]
    seen = np.flatnonzero(np.abs(tape.gradient(logit, x)).sum((0, 2, 3)))
    assert seen[-1] - seen[0] + 1 == receptive_field(depth)


def test_patchgan_refuses():
    with pytest.raises(ValueError, match="of the image's sides"):
        patchgan((32, 32, 3), (16, 16, 1))
    with pytest.raises(ValueError, match=r"at least 24 pixels.*smaller depth"):
        patchgan((16, 16, 1), depth=3)
