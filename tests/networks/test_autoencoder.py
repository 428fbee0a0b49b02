import keras
import numpy as np
import pytest

from kgan.networks import autoencoder_discriminator, autoencoder_generator
from kgan.networks.autoencoder import halvings


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ((16, 16, 1), 1),
        ((28, 28, 1), 2),
        ((32, 32, 3), 2),
        ((48, 32, 3), 2),
        ((64, 64, 3), 3),
        ((128, 128, 1), 4),
    ],
)
def test_halvings(shape, count):
    assert halvings(shape) == count


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 24, 3)])
def test_shapes(shape):
    discriminator = autoencoder_discriminator(shape, hidden=3, width=2)
    generator = autoencoder_generator(shape, latent_dim=5, width=2, skips=True)
    images = generator(np.zeros((2, 5), "float32"))
    assert images.shape == (2, *shape)
    assert discriminator(images).shape == (2, *shape)
    assert discriminator.get_layer("encoder")(images).shape == (2, 3)


def convolutions(network):
    """(filters, strides, activation) of each convolution."""
    return [
        (layer.filters, layer.strides[0], layer.activation.__name__)
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2D)
    ]


def test_the_papers_networks_at_64_pixels():
    network = autoencoder_discriminator((64, 64, 3), hidden=8, width=4)
    encoder, decoder = (network.get_layer(name) for name in ("encoder", "decoder"))
    # Filters grow linearly, two convolutions per stage, from 64 pixels to 8.
    assert convolutions(encoder) == [
        *([(4, 1, "elu")] * 3),
        *((8, 2, "elu"), (8, 1, "elu"), (8, 1, "elu")),
        *((12, 2, "elu"), (12, 1, "elu"), (12, 1, "elu")),
        *((16, 2, "elu"), (16, 1, "elu"), (16, 1, "elu")),
    ]
    last = (3, 1, "linear")
    assert convolutions(decoder) == [*([(4, 1, "elu")] * 8), last]
    assert decoder.get_layer("reshape").target_shape == (8, 8, 4)
    generator = autoencoder_generator((64, 64, 3), latent_dim=8, width=4)
    assert convolutions(generator) == convolutions(decoder)
    kinds = {type(layer).__name__ for layer in network._flatten_layers()}
    assert not [kind for kind in kinds if "Norm" in kind or "Activation" in kind]
    dense = [x for x in network._flatten_layers() if isinstance(x, keras.layers.Dense)]
    assert [layer.activation.__name__ for layer in dense] == ["linear", "linear"]


def test_pixels_repeat():
    generator = autoencoder_generator((10, 10, 1), latent_dim=2, width=2)
    kinds = [layer for layer in generator.layers if "UpSampling" in str(type(layer))]
    assert [layer.interpolation for layer in kinds] == ["nearest"]


def test_skips_bring_the_first_grid_again():
    generator = autoencoder_generator((20, 20, 1), latent_dim=2, width=3, skips=True)
    grid = generator.get_layer("reshape").output
    joined = [generator.get_layer(f"with_skip{i}").output for i in (1, 2)]
    shown = keras.Model(generator.input, [grid, *joined])
    grid, *joined = shown(np.ones((1, 2), "float32"))
    for times, both in zip((2, 4), joined, strict=True):
        assert both.shape[-1] == 6
        repeated = np.repeat(np.repeat(grid, times, 1), times, 2)
        np.testing.assert_array_equal(both[..., 3:], repeated)


def test_residual_connections_at_first_and_at_last():
    shape = (10, 10, 1)
    plain = autoencoder_discriminator(shape, hidden=2, width=2, seed=0)
    network = autoencoder_discriminator(shape, 2, 2, residual_steps=2, seed=0)
    images = np.random.default_rng(0).uniform(-1, 1, (2, *shape)).astype("float32")
    residuals = [x for x in network._flatten_layers() if hasattr(x, "before_update")]
    # Two stages of the encoder and two of the decoder, two each.
    assert len(residuals) == 8
    # At first, input passes: what decides is only the layers without a connection.
    encoder = network.get_layer("encoder")
    first = encoder.get_layer("from_image").output
    after = encoder.get_layer("stage0_residual2").output
    shown = keras.Model(encoder.input, [first, after])
    np.testing.assert_array_equal(*shown(images))
    for _ in range(3):
        for layer in residuals:
            layer.before_update()
    np.testing.assert_allclose(network(images), plain(images), atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "nearest"),
    [((30, 30, 1), r"\(32, 32\)"), ((29, 28, 1), r"\(28, 28\)"), ((8, 8, 3), "10")],
)
def test_sizes_it_cannot_make(shape, nearest):
    with pytest.raises(ValueError, match=f"nearest that works is .*{nearest}"):
        autoencoder_generator(shape)
    with pytest.raises(ValueError, match="nearest that works"):
        autoencoder_discriminator(shape)


def test_channels():
    with pytest.raises(ValueError, match="1 to 4 channels"):
        autoencoder_generator((28, 28, 5))


def test_seed():
    a, b = (autoencoder_generator((10, 10, 1), 2, 2, seed=1) for _ in range(2))
    c = autoencoder_generator((10, 10, 1), 2, 2, seed=2)
    kernels = [n.get_layer("stage0_conv1").kernel.numpy() for n in (a, b, c)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 0
