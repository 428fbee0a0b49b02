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
    assert list(model.endpoints()) == ["reconstruct", "encode", "score"]


def test_the_decoder_says_the_mean_at_first():
    mean = np.linspace(-1.0, 1.0, 16).reshape(4, 4, 1)
    for likelihood in ("bernoulli", "gaussian"):
        model = kgan.AutoEncoder(
            (4, 4, 1), 2, hidden=(5,), likelihood=likelihood, mean=mean
        )
        said = model.shown_images(model.decoder(np.zeros((1, 2))))[0]
        np.testing.assert_allclose(said, mean, atol=0.0021)
        assert "mean" not in model.get_config()
    with pytest.raises(ValueError, match=r"shape \(4, 4, 1\). Received: \(4, 4\)"):
        kgan.AutoEncoder((4, 4, 1), 2, mean=mean[..., 0])


def test_pixels_enter_the_encoder_in_0_to_1():
    encoder = kgan.networks.mlp_encoder((2, 2, 1), 3, hidden=())
    kernel, bias = encoder.get_weights()
    x = np.array([[[[-1.0], [1.0]], [[0.0], [0.5]]]])
    by_hand = np.array([0.0, 1.0, 0.5, 0.75]) @ kernel + bias
    np.testing.assert_allclose(encoder(x)[0], by_hand, rtol=1e-6)
