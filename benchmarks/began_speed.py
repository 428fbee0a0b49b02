"""Training speed of BEGAN against the number of passes of its discriminator.

    python benchmarks/began_speed.py [--size 28] [--width 16] [--batch-size 16]

Prints images a second of one training step, in a tf.function on a batch that lies
ready, where D sees
    one    real and generated examples in one pass, which both players update on: BEGAN
    two    real and generated examples in a pass each, which both players update on
    three  the same, and generated examples again for G, after D's update, as in a GAN
Each is measured in turn, `--rounds` times; the medians count. Run it on an idle
machine.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from keras import ops

import kgan
from kgan.models.began import Autoencoded


class TwoPasses(kgan.BEGAN):
    def play(self, data, training):
        batch = kgan.GAN.play(self, data, training)
        real, fake = (self.judge(x, batch) for x in (batch.real, batch.fake))
        return Autoencoded(*batch, ops.mean(real), ops.mean(fake))


class ThreePasses(kgan.BEGAN):
    play, turns = kgan.GAN.play, kgan.GAN.turns

    def discriminator_loss(self, batch):
        real, fake = (ops.mean(self.judge(x, batch)) for x in (batch.real, batch.fake))
        return {"real": real, "fake": -self.k.value * fake}

    def generator_loss(self, batch):
        return {"reconstruction": ops.mean(self.judge(batch.fake, batch))}

    def after_step(self, batch, terms):
        losses = terms["d"]["real"], terms["g"]["reconstruction"]
        super().after_step(Autoencoded(*batch, *losses), terms)


GAMES = {"one": kgan.BEGAN, "two": TwoPasses, "three": ThreePasses}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    shape = (options.size, options.size, 1)
    rng = np.random.default_rng(0)
    images = rng.uniform(-1.0, 1.0, (options.batch_size, *shape)).astype("float32")
    steps = {name: step_of(game, shape, options) for name, game in GAMES.items()}
    images = tf.constant(images)
    rates = {name: [] for name in GAMES}
    for step in steps.values():
        step(images)
    for _ in range(options.rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            for _ in range(options.steps):
                logs = step(images)
            logs["d_loss"].numpy()
            seconds = time.perf_counter() - start
            rates[name].append(options.batch_size * options.steps / seconds)
    medians = {name: statistics.median(r) for name, r in rates.items()}
    print(f"BEGAN {options.size}x{options.size}x1, n = {options.width}")
    for name, median in medians.items():
        spread = f"{min(rates[name]):6.0f} to {max(rates[name]):.0f}"
        ratio = median / medians["three"]
        print(f"  {name:6}{median:8.0f} images/s  {spread:18} {ratio:.2f} of three")


def step_of(game, shape, options):
    model = game(shape, latent_dim=32, hidden=32, width=options.width, seed=0)
    model.compile(keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4))
    return tf.function(model.train_step, autograph=False)


if __name__ == "__main__":
    main()
