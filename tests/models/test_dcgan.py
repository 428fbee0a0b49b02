import numpy as np
import pytest

import kgan
from tests.game_test_case import run_game_test


def build(**kwargs):
    return kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, seed=0, **kwargs)


def test_dcgan(tmp_path):
    run_game_test(build, tmp_path, discriminator_steps=2)


def test_size_that_cannot_be_made():
    with pytest.raises(ValueError, match="nearest that works"):
        kgan.DCGAN((30, 30, 1))


def test_seed_fixes_everything():
    a, b = build(), build()
    for x, y in zip(a.weights, b.weights, strict=True):
        np.testing.assert_array_equal(x, y)
    np.testing.assert_array_equal(a.sample_latents(4), b.sample_latents(4))
