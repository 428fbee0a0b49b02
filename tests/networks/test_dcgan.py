import keras
import numpy as np
import pytest

from kgan.networks import dcgan_discriminator, dcgan_generator
from kgan.networks.dcgan import stages


@pytest.mark.parametrize(
    ("shape", "doublings"),
    [
        ((28, 28, 1), 2),
        ((32, 32, 3), 3),
        ((48, 48, 2), 3),
        ((64, 64, 3), 4),
        ((96, 96, 4), 4),
        ((128, 128, 3), 5),
        ((256, 256, 3), 6),
        ((28, 56, 1), 2),
        ((64, 96, 3), 4),
        ((128, 32, 3), 3),
    ],
)
def test_shapes(shape, doublings):
    assert stages(shape) == doublings
    generator = dcgan_generator(shape, latent_dim=5, width=2)
    discriminator = dcgan_discriminator(shape, width=2)
    images = generator(np.zeros((2, 5), "float32"))
    assert images.shape == (2, *shape)
    assert discriminator(images).shape == (2, 1)


@pytest.mark.parametrize(
    ("shape", "nearest"),
    [((30, 30, 1), r"\(32, 32\)"), ((27, 28, 1), r"\(28, 28\)"), ((8, 8, 1), "16")],
)
def test_sizes_it_cannot_make(shape, nearest):
    with pytest.raises(ValueError, match=f"nearest that works is .*{nearest}"):
        dcgan_generator(shape)
    with pytest.raises(ValueError, match="nearest that works"):
        dcgan_discriminator(shape)


def test_channels():
    with pytest.raises(ValueError, match="1 to 4 channels"):
        dcgan_generator((28, 28, 5))


def kinds(network):
    return [type(layer).__name__ for layer in network.layers]


def test_the_five_rules():
    generator = dcgan_generator((64, 64, 3))
    discriminator = dcgan_discriminator((64, 64, 3))
    # The paper's figure 1: 4x4x1024 -> 8 -> 16 -> 32 -> 64; here at half the width.
    filters = [
        layer.filters
        for layer in generator.layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    assert filters == [256, 128, 64, 3]
    assert kinds(generator).count("BatchNormalization") == 4
    assert kinds(discriminator).count("BatchNormalization") == 3
    assert not [k for k in kinds(generator) + kinds(discriminator) if "Pool" in k]
    assert kinds(discriminator).count("LeakyReLU") == 4
    assert discriminator.layers[-1].activation is keras.activations.linear


def test_initial_weights():
    generator = dcgan_generator((32, 32, 1), seed=0)
    kernel = generator.get_layer("up1").kernel.numpy()
    assert kernel.std() == pytest.approx(0.02, rel=0.02)
    again = dcgan_generator((32, 32, 1), seed=0)
    other = dcgan_generator((32, 32, 1), seed=1)
    np.testing.assert_array_equal(kernel, again.get_layer("up1").kernel)
    assert np.abs(kernel - other.get_layer("up1").kernel).max() > 0
    # Each layer has a seed of its own.
    second = generator.get_layer("up2").kernel.numpy()
    assert np.abs(kernel.ravel()[:9] - second.ravel()[:9]).max() > 0


def test_the_hidden_layers_of_infogan():
    """The authors' table 1, MNIST: 74 -> 1024 -> 7x7x128 -> 14x14x64 -> 28x28x1."""
    generator = dcgan_generator((28, 28, 1), 74, hidden=1024)
    kernels = 74 * 1024 + 1024 * 6272 + 16 * 128 * 64 + 16 * 64 * 1 + 1
    assert generator.count_params() == kernels + 4 * (1024 + 128 + 64)
    discriminator = dcgan_discriminator((28, 28, 1), hidden=1024)
    kernels = 16 * 64 + 64 + 16 * 64 * 128 + 6272 * 1024 + 1024 + 1
    assert discriminator.count_params() == kernels + 4 * (128 + 1024)
    bare = dcgan_discriminator((28, 28, 1), normalization=None, hidden=8)
    assert bare.get_layer("hidden").use_bias
