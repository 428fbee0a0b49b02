import keras
import numpy as np

from kgan.networks import resnet8


def test_shapes_and_counts():
    network = resnet8(classes=10, features=6, widths=(2, 4), seed=0)
    made = network(np.zeros((3, 32, 32, 3), "float32"))
    assert made["features"].shape == (3, 6)
    assert made["logits"].shape == (3, 10)
    sizes = {layer.name: layer.output.shape[1:] for layer in network.layers}
    assert sizes["stem"] == sizes["block0_relu"] == (16, 16, 2)
    assert sizes["block1_relu"] == (8, 8, 4)
    convolutions = 25 * 3 * 2 + 2 * 9 * 2 * 2 + 2 * 4 + 9 * 2 * 4 + 9 * 4 * 4
    # Four numbers per channel of a normalization; two of the standardization.
    norms = 4 * (2 + 2 + 2 + 4 + 4 + 4) + 2 * 6
    assert network.count_params() == convolutions + norms + 4 * 6 + 6 * 10 + 10


def test_a_block_by_hand():
    """The first block adds its input to two convolutions."""
    network = resnet8(classes=2, features=2, widths=(2,), seed=0)
    block = keras.Model(
        network.get_layer("stem_relu").output, network.get_layer("block0_relu").output
    )
    x = np.random.default_rng(0).uniform(size=(1, 16, 16, 2)).astype("float32")
    kernels = [
        network.get_layer(f"block0_conv{i}").kernel.numpy().astype("float64")
        for i in (1, 2)
    ]

    def convolved(x, kernel):
        padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        # A new normalization divides by sqrt(1 + 0.001).
        return np.einsum("bhwcij,ijco->bhwo", windows, kernel) / np.sqrt(1.001)

    hidden = np.maximum(convolved(x, kernels[0]), 0)
    expected = np.maximum(convolved(hidden, kernels[1]) + x, 0)
    np.testing.assert_allclose(block(x).numpy(), expected, atol=1e-5)


def test_training_standardizes_the_features():
    network = resnet8(classes=2, features=4, widths=(4,), dropout=0.5, seed=0)
    x = np.random.default_rng(0).uniform(-1, 1, (64, 32, 32, 3)).astype("float32")
    features = network(x, training=True)["features"].numpy()
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-4)
    assert (features.std(axis=0) > 0.5).all()
    assert (features.std(axis=0) <= 1.001).all()


def test_the_seed_fixes_the_weights():
    one, same, other = (
        resnet8(2, 2, (2,), seed=seed).get_weights() for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one[0], same[0])
    assert np.abs(one[0] - other[0]).max() > 0.01
