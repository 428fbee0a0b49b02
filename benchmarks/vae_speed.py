"""Training speed of the VAE: `fit` against a plain Keras VAE of the same networks.

    python benchmarks/vae_speed.py [--rounds 5] [--steps 600]

The peer is the `keras.Model` of a tutorial: encoder and decoder, a `train_step` with a
tape, `keras.metrics.Mean` for three losses, gray Bernoulli targets. Both see batches
that lie ready. Each is measured in turn, `--rounds` times; the medians count. Run it on
an idle machine.
"""

import argparse
import functools
import os
import statistics

from in_turn import Rounds, batches_of, row

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

LATENTS, HIDDEN = 20, 500


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    fits = {"kgan": kgan_vae(), "plain": plain_vae()}
    data = ready(options)
    for fit in fits.values():
        fit(data.take(2))
    runs = {name: functools.partial(fit, data) for name, fit in fits.items()}
    rounds = Rounds(options.rounds)
    measured = rounds.rates(runs, options.batch_size * options.steps)
    print(f"VAE 28x28x1, one hidden layer of {HIDDEN}, batch {options.batch_size}")
    for name, values in measured.items():
        print(row(name, values))
    medians = {name: statistics.median(values) for name, values in measured.items()}
    print(f"  kgan / plain  {medians['kgan'] / medians['plain']:.3f}")
    print(rounds.note())


def ready(options):
    """Batches of noise: the values do not change the speed."""
    import numpy as np

    rng = np.random.default_rng(0)
    images = rng.uniform(-1.0, 1.0, (options.batch_size, 28, 28, 1))
    return batches_of(images.astype("float32"), options.steps)


def networks():
    import kgan

    shape = (28, 28, 1)
    encoder = kgan.networks.mlp_encoder(shape, 2 * LATENTS, (HIDDEN,), seed=0)
    return encoder, kgan.networks.mlp_decoder(shape, LATENTS, (HIDDEN,), seed=0)


def kgan_vae():
    import keras

    import kgan

    encoder, decoder = networks()
    model = kgan.VAE((28, 28, 1), LATENTS, encoder=encoder, decoder=decoder, seed=0)
    model.compile(keras.optimizers.Adam(1e-3))
    return lambda data: model.fit(data, verbose=0)


def plain_vae():
    import keras
    import tensorflow as tf
    from keras import ops

    class PlainVAE(keras.Model):
        def __init__(self, encoder, decoder):
            super().__init__()
            self.encoder, self.decoder = encoder, decoder
            self.seeds = keras.random.SeedGenerator(0)
            names = ("loss", "reconstruction", "kl")
            self.means = {name: keras.metrics.Mean(name=name) for name in names}

        @property
        def metrics(self):
            return list(self.means.values())

        def train_step(self, images):
            targets = (images + 1.0) / 2.0
            with tf.GradientTape() as tape:
                code = self.encoder(images, training=True)
                mean, log_variance = ops.split(code, 2, axis=1)
                noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
                z = mean + ops.exp(0.5 * log_variance) * noise
                logits = self.decoder(z, training=True)
                losses = keras.losses.binary_crossentropy(
                    ops.reshape(targets, (-1, 784)),
                    ops.reshape(logits, (-1, 784)),
                    from_logits=True,
                )
                reconstruction = ops.mean(784.0 * losses)
                kl = mean**2 + ops.exp(log_variance) - 1.0 - log_variance
                kl = ops.mean(0.5 * ops.sum(kl, axis=1))
                loss = reconstruction + kl
            weights = self.trainable_weights
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            for name, value in zip(self.means, (loss, reconstruction, kl), strict=True):
                self.means[name].update_state(value)
            return {name: mean.result() for name, mean in self.means.items()}

    model = PlainVAE(*networks())
    model.compile(keras.optimizers.Adam(1e-3))
    return lambda data: model.fit(data, verbose=0, shuffle=False)


if __name__ == "__main__":
    main()
