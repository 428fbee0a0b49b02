import keras
import numpy as np

from kgan.networks import squeezenet


def test_shapes_and_counts():
    network = squeezenet(classes=10, seed=0)
    made = network(np.zeros((2, 227, 227, 3), "float32"))
    assert made["features"].shape == (2, 512)
    assert made["logits"].shape == (2, 10)
    # Table 1 of the paper: 1,248,424 parameters with 1,000 classes of 513 weights each.
    assert network.count_params() == 1_248_424 - 990 * 513
    # The sizes of table 1.
    sizes = {layer.name: layer.output.shape[1] for layer in network.layers}
    assert [sizes[n] for n in ("conv1", "pool1", "pool4", "pool8")] == [111, 55, 27, 13]
    assert sizes["conv10"] == 15


def test_a_fire_module_by_hand():
    network = squeezenet(classes=2, seed=0)
    module = keras.Model(
        network.get_layer("fire2_squeeze1x1").input, network.get_layer("fire2").output
    )
    x = np.random.default_rng(0).normal(size=(1, 55, 55, 96)).astype("float32")
    made = module(x).numpy()
    squeeze, one, three = (
        network.get_layer(f"fire2_{name}").kernel.numpy()
        for name in ("squeeze1x1", "expand1x1", "expand3x3")
    )
    squeezed = np.maximum(x @ squeeze[0, 0], 0)
    np.testing.assert_allclose(
        made[..., :64], np.maximum(squeezed @ one[0, 0], 0), atol=1e-4
    )
    padded = np.pad(squeezed, [(0, 0), (1, 1), (1, 1), (0, 0)])
    corner = sum(padded[0, i, j] @ three[i, j] for i in range(3) for j in range(3))
    np.testing.assert_allclose(made[0, 0, 0, 64:], np.maximum(corner, 0), atol=1e-4)


def test_the_seed_fixes_the_weights():
    one, same, other = (squeezenet(2, seed).get_weights() for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], same[0])
    assert np.abs(one[0] - other[0]).max() > 0.01
