import keras
import numpy as np

from kgan.networks import alexnet, lpips, perceptual_distance


def images(n=2, side=64, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (n, side, side, 3)).astype("float32")


def test_shapes_and_counts():
    network = alexnet(seed=0)
    # torchvision's alexnet().features
    assert network.count_params() == 2_469_696
    shapes = [tuple(x.shape) for x in network(images(2, 224))]
    sizes = [(55, 64), (27, 192), (13, 384), (13, 256), (13, 256)]
    assert shapes == [(2, side, side, channels) for side, channels in sizes]
    assert network(images(1, 31))[-1].shape == (1, 1, 1, 256)


def test_the_first_map_by_hand():
    network = alexnet(seed=0)
    x = images(1)
    kernel = network.get_layer("conv1").kernel.numpy()
    scaled = (x - [-0.030, -0.088, -0.188]) / [0.458, 0.448, 0.450]
    padded = np.pad(scaled, [(0, 0), (2, 2), (2, 2), (0, 0)])
    window = padded[0, 4:15, 8:19]
    expected = np.maximum(np.einsum("ijc,ijco->o", window, kernel), 0)
    np.testing.assert_allclose(network(x)[0][0, 1, 2], expected, atol=1e-4)


def test_the_distance_is_that_of_the_equation():
    network = lpips(seed=0)
    plain = alexnet(seed=0)
    rng = np.random.default_rng(1)
    weights = []
    for i, x in enumerate(plain.outputs):
        w = rng.uniform(0, 1, x.shape[-1]).astype("float32")
        network.get_layer(f"lin{i}").kernel.assign(np.sqrt(w).reshape(1, 1, -1, 1))
        weights.append(w)
    one, other = images(), images(seed=1)
    expected = 0.0
    for w, a, b in zip(weights, plain(one), plain(other), strict=True):
        a, b = (np.asarray(f, "float64") for f in (a, b))
        a, b = (f / (np.linalg.norm(f, axis=-1, keepdims=True) + 1e-10) for f in (a, b))
        expected += (w * (a - b) ** 2).sum(-1).mean((1, 2))
    made = perceptual_distance(network(one), network(other))
    np.testing.assert_allclose(made, expected, rtol=1e-5)


def test_it_computes_in_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    assert {x.dtype.name for x in lpips(seed=0)(images())} == {"float32"}
