import keras
import numpy as np
import pytest

import kgan
from tests.game_test_case import batch_for, compiled, run_game_test, step


def build(**kwargs):
    kwargs = {"architecture": "dcgan", "likelihood": "gaussian", **kwargs}
    return kgan.AutoEncoder((16, 16, 1), 3, width=2, seed=0, **kwargs)


@pytest.mark.slow
def test_autoencoder(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def test_loss_is_the_squared_error_and_a_constant():
    """With a variance of 1/2."""
    model = compiled(build, lambda: keras.optimizers.SGD(0.0))
    x = batch_for(model)
    outputs = np.asarray(model.decoder(model.encoder(x, training=True), training=True))
    error = ((x - outputs) ** 2).sum(axis=(1, 2, 3)).mean()
    expected = error + 16 * 16 / 2 * np.log(np.pi)
    assert step(model, x)["autoencoder_loss"][0] == pytest.approx(expected, rel=1e-4)


def test_it_learns_one_image():
    model = kgan.AutoEncoder((4, 4, 1), 2, hidden=(8,), seed=0)
    model.compile(keras.optimizers.Adam(0.02))
    x = np.where(np.random.default_rng(0).random((8, 4, 4, 1)) < 0.5, -1.0, 1.0)
    x[:] = x[0]
    x = x.astype("float32")
    model.fit(x, batch_size=8, epochs=60, verbose=0)
    assert np.abs(model.reconstruct(x) - x).max() < 0.5
    assert model.encode(x)["latents"].shape == (8, 2)
    assert list(model.endpoints()) == ["reconstruct", "encode"]
