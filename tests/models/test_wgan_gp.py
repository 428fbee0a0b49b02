import keras
import numpy as np
import pytest

import kgan
from tests.game_test_case import check_steps, run_game_test

SIZE = {"image_shape": (16, 16, 1), "latent_dim": 4, "width": 2, "seed": 0}


def build(**kwargs):
    return kgan.WGANGP(**{"discriminator_steps": 2, **SIZE, **kwargs})


def test_steps():
    check_steps(build)


@pytest.mark.slow
def test_wgan_gp(tmp_path):
    run_game_test(build, tmp_path, eagerly=True, endpoints=False)


@pytest.mark.slow
def test_the_critic_measures_the_distance_of_two_gaussians():
    """W_1 of N(0, 1) and N(m, 1) in the plane is |m| = 2.

    G is frozen at N(m, 1): its optimizer has a rate of 0.
    """
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    generator.set_weights([np.eye(2), np.array([1.2, 1.6])])
    critic = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(64, "leaky_relu"),
            keras.layers.Dense(64, "leaky_relu"),
            keras.layers.Dense(1),
        ]
    )
    keras.utils.set_random_seed(0)
    model = kgan.GAN(
        generator,
        critic,
        loss="wasserstein",
        penalties=kgan.penalties.GradientPenalty(10.0),
        seed=0,
    )
    model.compile(keras.optimizers.Adam(1e-3, 0.5, 0.9), keras.optimizers.SGD(0.0))
    x = np.random.default_rng(0).normal(size=(8192, 2)).astype("float32")
    logs = model.fit(x, batch_size=256, epochs=30, verbose=0).history
    # The best critic has a constant slope s along m: it gains 2 s - 10 (s - 1)^2, the
    # most at s = 1 + 2 / 20. Its estimate is 2 s: W_1 times the slope.
    slope = np.mean(logs["slope"][-5:])
    assert slope == pytest.approx(1.1, abs=0.01)
    assert np.mean(logs["wasserstein"][-5:]) / slope == pytest.approx(2.0, rel=0.02)
