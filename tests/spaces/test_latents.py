import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.spaces import latents


@pytest.mark.parametrize(
    ("name", "variance", "limit"),
    [
        ("normal", 1.0, np.inf),
        ("uniform", 1 / 3, 1.0),
        ("uniform_unit_variance", 1.0, np.sqrt(3)),
    ],
)
def test_priors(name, variance, limit):
    prior = latents.get(name)
    z = np.asarray(prior.sample((20_000, 2), seed=3))
    assert z.shape == (20_000, 2)
    assert z.mean() == pytest.approx(0.0, abs=0.02)
    assert z.var() == pytest.approx(variance, rel=0.03)
    assert np.abs(z).max() <= limit
    np.testing.assert_array_equal(z, prior.sample((20_000, 2), seed=3))
    config = keras.saving.serialize_keras_object(prior)
    np.testing.assert_array_equal(z, latents.get(config).sample((20_000, 2), seed=3))


def test_gumbel():
    """Its mean is Euler's constant, its variance pi^2 / 6; no draw is infinite."""
    z = np.asarray(latents.get("gumbel").sample((20_000, 2), seed=3))
    assert z.mean() == pytest.approx(0.5772, abs=0.02)
    assert z.var() == pytest.approx(np.pi**2 / 6, rel=0.03)
    assert np.isfinite(z).all()
    np.testing.assert_allclose(latents.Gumbel().sample((9, 2), seed=3), z[:9], 1e-6)


@pytest.mark.parametrize("name", ["normal", "uniform"])
@pytest.mark.parametrize("seed", [0, 7, -1, 2**31 - 1, -(2**31)])
def test_a_graph_draws_what_python_draws(name, seed):
    prior = latents.get(name)

    @tf.function(autograph=False)
    def draw(n, seed):
        return prior.sample((n, 3), seed)

    graph = draw(tf.constant(5), tf.constant(seed, tf.int32))
    np.testing.assert_array_equal(graph, prior.sample((5, 3), seed))
    np.testing.assert_array_equal(graph, prior.sample((5, 3), np.int64(seed)))
    # The first of many are those of few.
    np.testing.assert_array_equal(graph, prior.sample((9, 3), seed)[:5])


def test_seeds_give_known_latents():
    """What servers answered with yesterday's export, they answer tomorrow."""
    z = latents.Normal().sample((1, 3), 1)
    np.testing.assert_allclose(z, [[0.1266503, -0.4930166, 0.6311907]], rtol=1e-6)
    z = latents.Uniform().sample((1, 3), 1)
    np.testing.assert_allclose(z, [[0.7569764, -0.0800395, 0.2005825]], rtol=1e-6)


def test_unknown_prior():
    with pytest.raises(ValueError, match="Received: identifier='gauss'"):
        latents.get("gauss")
    with pytest.raises(ValueError, match="limit > 0"):
        latents.Uniform(0.0)


def test_linear_path():
    path = latents.interpolate([0.0, 0.0], [2.0, 4.0], 3)
    np.testing.assert_allclose(path, [[0, 0], [1, 2], [2, 4]])


def test_spherical_path():
    # A quarter of the unit circle in two steps: 45 degrees in the middle.
    path = latents.interpolate([1.0, 0.0], [0.0, 1.0], 3, "spherical")
    half = np.sqrt(0.5)
    np.testing.assert_allclose(path, [[1, 0], [half, half], [0, 1]], atol=1e-6)


def test_spherical_path_between_parallel_latents_is_linear():
    path = latents.interpolate([1.0, 1.0], [3.0, 3.0], 3, "spherical")
    np.testing.assert_allclose(path, [[1, 1], [2, 2], [3, 3]], rtol=1e-5)


def test_paths_of_many():
    start, end = np.zeros((4, 2, 3)), np.ones((4, 2, 3))
    assert latents.interpolate(start, end, 5).shape == (4, 2, 5, 3)


def test_bad_paths():
    with pytest.raises(ValueError, match="one shape"):
        latents.interpolate([0.0], [0.0, 1.0], 3)
    with pytest.raises(ValueError, match="steps=1"):
        latents.interpolate([0.0], [1.0], 1)
    with pytest.raises(ValueError, match="path='cubic'"):
        latents.interpolate([0.0], [1.0], 3, "cubic")


@pytest.mark.parametrize("path", ["linear", "spherical"])
@pytest.mark.parametrize("steps", [2, 7, 100])
def test_a_graph_walks_as_python_does(path, steps):
    start, end = np.random.default_rng(0).normal(size=(2, 50)).astype("float32")
    on_path = tf.function(latents.on_path, autograph=False)
    points = latents.interpolate(start, end, steps, path)
    graph = on_path(start, end, tf.constant(steps), path)
    np.testing.assert_array_equal(graph, points)
    np.testing.assert_allclose(points[[0, -1]], [start, end], rtol=1e-5, atol=1e-6)


def test_priors_know_their_path():
    assert latents.Normal().path == "spherical"
    assert latents.Uniform().path == "linear"
