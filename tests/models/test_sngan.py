import numpy as np

import kgan
from tests.game_test_case import run_game_test


def build(**kwargs):
    # With one step of D the graph is small.
    settings = {"discriminator_steps": 1, **kwargs}
    return kgan.SNGAN((16, 16, 1), latent_dim=4, width=2, seed=0, **settings)


def test_sngan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def test_every_layer_of_d_is_normalized():
    """After some iterations, the largest singular value of each kernel in use is 1."""
    model = build()
    layers = [n for n in model.discriminator.layers if hasattr(n, "before_update")]
    weights = [v for n in layers for v in n.layer.trainable_variables]
    assert len(weights) == len(model.discriminator.trainable_variables)
    for layer in layers:
        kernel = layer.kernel.numpy()
        matrix = np.moveaxis(kernel, -1, 0).reshape(kernel.shape[-1], -1)
        largest = np.linalg.svd(matrix)[1][0]
        for _ in range(100):
            layer.before_update()
            if abs(largest / float(layer.sigma()) - 1.0) < 1e-5:
                break
        np.testing.assert_allclose(largest / float(layer.sigma()), 1.0, rtol=1e-4)
