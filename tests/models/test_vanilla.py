import numpy as np
import pytest

import kgan
from tests.game_test_case import run_game_test


def build(**kwargs):
    return kgan.VanillaGAN(
        (8, 8, 1),
        latent_dim=6,
        generator_hidden=(16,),
        discriminator_hidden=(8,),
        seed=0,
        **kwargs,
    )


@pytest.mark.slow
def test_vanilla_gan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True, discriminator_steps=2)


def test_mean_becomes_bias():
    mean = np.full((8, 8, 1), 0.5)
    model = build(mean=mean, ema_decay=0.9)
    for network in (model.generator, model.ema_generator):
        sample = network(np.zeros((1, 6), "float32"))
        np.testing.assert_allclose(sample[0], mean, atol=1e-5)
