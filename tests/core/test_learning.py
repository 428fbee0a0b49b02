"""Learning runs: started by hand with pytest -m slow."""

import keras
import numpy as np
import pytest
import scipy.stats

import kgan
from kgan.metrics import extractors

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


def test_bfloat16_learns_as_well_as_float32():
    """The Frechet distance in bfloat16 is within the spread of float32 over seeds."""
    lenet = extractors.get("lenet")
    source = kgan.data.open_source()
    real = kgan.metrics.gaussian(lenet.extract(source.some(10_000)).features)

    def distance(policy, seed):
        keras.config.set_dtype_policy(policy)
        model = kgan.DCGAN((28, 28, 1), 64, width=32, ema_decay=0.99, seed=seed)
        adam = keras.optimizers.Adam
        model.compile(adam(1e-3, 0.5, 0.99), adam(1e-3, 0.5, 0.99))
        model.fit(source.batches(64, seed=seed), epochs=4, verbose=0)
        samples = lenet.extract(model.generate(5000, seed=0)).features
        return kgan.metrics.frechet_distance(real, kgan.metrics.gaussian(samples))

    full = [distance("float32", seed) for seed in range(4)]
    half = [distance("mixed_bfloat16", seed) for seed in range(4)]
    print(f"float32 {np.round(full, 2)}, bfloat16 {np.round(half, 2)}")
    spread = max(full) - min(full)
    assert min(full) - spread < np.mean(half) < max(full) + spread
