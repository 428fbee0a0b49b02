"""Learning runs: started by hand with pytest -m slow."""

import keras
import numpy as np
import pytest
import scipy.stats

import kgan

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("loss", ["minimax", "non_saturating"])
def test_vanilla_gan_learns_a_gaussian(loss):
    """Figure 1 of arXiv 1406.2661: p_g moves onto p_data."""
    points, _ = kgan.data.synthetic.gaussian(20_000, mean=2.0, std=0.5)
    data = kgan.data.load(points, batch_size=200)
    model = kgan.VanillaGAN(
        (1,),
        latent_dim=4,
        generator_hidden=(64,),
        discriminator_hidden=(32, 32),
        dropout=(0.0, 0.0),
        output="linear",
        latent_prior="normal",
        loss=loss,
        ema_decay=0.999,
        seed=0,
    )
    adam = keras.optimizers.Adam
    model.compile(adam(1e-3, 0.5), adam(5e-4, 0.5))
    model.fit(data, epochs=40, verbose=0)
    samples = model.generate(5000, seed=1)[:, 0]
    distance = scipy.stats.ks_2samp(samples, points[:5000, 0]).statistic
    assert distance < 0.1, (distance, samples.mean(), samples.std())
    # Near the equilibrium D = 1/2, V = -log 4.
    value = model.evaluate(data, verbose=0, return_dict=True)["value"]
    assert value == pytest.approx(-np.log(4), abs=0.1)
