import pytest

import kgan
from tests.game_test_case import check_steps, run_game_test


def build(**kwargs):
    return kgan.RpGAN((16, 16, 1), latent_dim=4, width=2, seed=0, **kwargs)


def test_steps():
    check_steps(build)


@pytest.mark.slow
def test_rpgan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True, endpoints=False)


def test_gamma_follows_the_images_seen():
    model = build(gamma={"name": "linear", "start": 4.0, "end": 0.0, "images": 100})
    assert [float(p.gamma(50)) for p in model.penalties] == [2.0, 2.0]
