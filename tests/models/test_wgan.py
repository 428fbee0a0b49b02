import keras
import numpy as np
import pytest

import kgan
from kgan.objectives import constraints
from tests.game_test_case import batch_for, check_steps, compiled, run_game_test, step

SIZE = {"image_shape": (16, 16, 1), "latent_dim": 4, "width": 2, "seed": 0}


def build(**kwargs):
    return kgan.WGAN(**{"discriminator_steps": 2, **SIZE, **kwargs})


def test_steps():
    check_steps(build)


@pytest.mark.slow
def test_wgan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True, endpoints=False)


def test_weights_are_clipped():
    """Before the first update too, and on replicas: batch normalization included."""
    model = compiled(build, clip=0.003)
    assert _largest(model) <= 0.003 + 1e-9
    step(model, batch_for(model))
    assert _largest(model) <= 0.003 + 1e-9


def test_terms_by_hand():
    model = compiled(build)
    logs = step(model, batch_for(model))
    difference = logs["real_logits"][0] - logs["fake_logits"][0]
    assert logs["wasserstein"][0] == pytest.approx(difference, abs=1e-7)
    assert logs["d_loss"][0] == pytest.approx(-difference, abs=1e-7)


def test_clipping_and_spectral_normalization_are_refused():
    normed = kgan.layers.SpectralNormalization(keras.layers.Dense(1))
    critic = keras.Sequential([keras.Input((2,)), normed])
    with pytest.raises(ValueError, match="not both"):
        constraints.clip(critic, 0.01)
    with pytest.raises(ValueError, match="limit > 0"):
        build(clip=0.0)


def _largest(model):
    return max(np.abs(v.numpy()).max() for v in model.discriminator.trainable_variables)
