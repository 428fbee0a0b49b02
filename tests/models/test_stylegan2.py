import kgan
from tests.game_test_case import run_game_test


def build(**kwargs):
    sizes = {"latent_dim": 4, "style_dim": 4, "channel_base": 16, "depth": 1}
    settings = {"r1_every": 2, "path_every": 2, "group": 2, "gamma": 0.5, **kwargs}
    return kgan.StyleGAN2((8, 8, 1), **sizes, **settings, seed=0)


def test_stylegan2(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)
