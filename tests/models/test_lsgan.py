import pytest

import kgan
from tests.game_test_case import check_steps, run_game_test


def build(**kwargs):
    return kgan.LSGAN((16, 16, 1), latent_dim=4, width=2, seed=0, **kwargs)


def test_steps():
    check_steps(build)


@pytest.mark.slow
def test_lsgan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True, endpoints=False)
