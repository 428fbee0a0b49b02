import keras
import numpy as np
import pytest

from kgan import networks
from kgan.core.averages import copy_of


@pytest.mark.slow
def test_sizes_of_the_paper():
    """The authors' numbers of parameters, 256 pixels, half as wide."""
    mapping = networks.style_mapping()
    synthesis = networks.style_synthesis((256, 256, 3))
    assert mapping.count_params() + synthesis.count_params() == 24_767_458
    assert networks.style_discriminator((256, 256, 3)).count_params() == 24_001_089
    # 2 log2(256) - 2 styles.
    assert synthesis.inputs[0].shape == (None, 14, 512)


@pytest.mark.parametrize(
    ("shape", "styles"), [((32, 32, 3), 8), ((28, 28, 1), 6), ((16, 40, 4), 6)]
)
def test_shapes(shape, styles):
    synthesis = networks.style_synthesis(shape, 5, 64, 8)
    _, layers, _ = synthesis.inputs[0].shape
    assert layers == styles
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2, synthesis.inputs[1].shape[1])).astype("float32")
    w = rng.normal(size=(2, layers, 5)).astype("float32")
    assert synthesis([w, noise]).shape == (2, *shape)
    assert networks.style_discriminator(shape, 64, 8, group=2)(
        np.zeros((4, *shape), "float32")
    ).shape == (4, 1)


def test_channels_of_each_size():
    """channel_base / side, at most channel_max."""
    synthesis = networks.style_synthesis((64, 64, 3), 4, 256, 24)
    named = {layer.name: layer for layer in synthesis.layers}
    filters = [named[f"{n}x{n}_conv"].filters for n in (4, 8, 16, 32, 64)]
    assert filters == [24, 24, 16, 8, 4]


def test_each_style_has_its_layer():
    """The first style moves the coarse pixels, the last one the color alone."""
    synthesis = networks.style_synthesis((16, 16, 1), 4, 64, 8, seed=0)
    rng = np.random.default_rng(0)
    noise = np.zeros((1, synthesis.inputs[1].shape[1]), "float32")
    w = rng.normal(size=(1, 6, 4)).astype("float32")
    one = synthesis([w, noise]).numpy()
    for i in range(6):
        other = w.copy()
        other[:, i] += 1.0
        assert np.abs(synthesis([other, noise]).numpy() - one).max() > 1e-4, i


def test_noise_counts_where_its_strength_is():
    synthesis = networks.style_synthesis((16, 16, 1), 4, 64, 8, seed=0)
    rng = np.random.default_rng(0)
    count = synthesis.inputs[1].shape[1]
    # 4x4 once, 8x8 and 16x16 twice.
    assert count == 16 + 2 * 64 + 2 * 256
    w = rng.normal(size=(1, 6, 4)).astype("float32")
    zeros, noise = np.zeros((1, count)), rng.normal(size=(1, count))
    np.testing.assert_array_equal(synthesis([w, noise]), synthesis([w, zeros]))
    synthesis.get_layer("16x16_conv_noise").strength.assign(1.0)
    only = zeros.copy()
    only[:, -256:] = noise[:, -256:]
    made = synthesis([w, noise]).numpy()
    np.testing.assert_allclose(made, synthesis([w, only]), atol=1e-6)
    assert np.abs(made - synthesis([w, zeros])).max() > 1e-3


def test_latents_count_by_their_direction_alone():
    mapping = networks.style_mapping(4, 6, depth=2, seed=0)
    z = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(mapping(z), mapping(100.0 * z), rtol=1e-4)


def test_conditional_logit_by_hand():
    """<h, f(y)> / sqrt(d), with f(y) of root mean square 1."""
    network = networks.style_discriminator(
        (16, 16, 1), 64, 8, group=2, classes=3, depth=1, seed=0
    )
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (4, 16, 16, 1)).astype("float32")
    labels = np.eye(3, dtype="float32")[[0, 1, 2, 1]]
    logits = network([images, labels]).numpy()
    inner = [network.get_layer(n).output for n in ("features", "normalize_code")]
    h, code = keras.Model(network.inputs, inner)([images, labels])
    np.testing.assert_allclose(np.mean(code**2, axis=1), 1.0, rtol=1e-3)
    expected = np.sum(h * code, axis=1, keepdims=True) / np.sqrt(8.0)
    np.testing.assert_allclose(logits, expected, rtol=1e-4)


def test_a_copy_and_a_file_are_the_same_network(tmp_path):
    mapping = networks.style_mapping(4, 6, 2, classes=3)
    synthesis = networks.style_synthesis((8, 8, 1), 6, 16)
    generator = networks.style_generator(mapping, synthesis)
    inputs = [np.ones((2, *t.shape[1:]), "float32") for t in generator.inputs]
    path = tmp_path / "generator.keras"
    generator.save(path)
    for other in (copy_of(generator), keras.models.load_model(path)):
        assert other.get_layer("synthesis") is not synthesis
        np.testing.assert_array_equal(generator(inputs), other(inputs))


def test_bad_input():
    with pytest.raises(ValueError, match="double a grid of 4 to 7"):
        networks.style_synthesis((30, 27, 1))
    with pytest.raises(ValueError, match=r"nearest that works is \(32, 32\)"):
        networks.style_discriminator((33, 33, 1))
    with pytest.raises(ValueError, match="channel_base >= 1"):
        networks.style_synthesis((16, 16, 1), channel_base=0)
    with pytest.raises(ValueError, match="batch of 6"):
        network = networks.style_discriminator((8, 8, 1), 16, group=4)
        network(np.zeros((6, 8, 8, 1), "float32"))
