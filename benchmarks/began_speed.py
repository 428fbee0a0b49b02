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

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from in_turn import Rounds, row
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
    for step in steps.values():
        step(images)
    runs = {name: repeated(step, images, options.steps) for name, step in steps.items()}
    rounds = Rounds(options.rounds)
    measured = rounds.rates(runs, options.batch_size * options.steps)
    print(f"BEGAN {options.size}x{options.size}x1, n = {options.width}")
    slowest = statistics.median(measured["three"])
    for name, values in measured.items():
        ratio = statistics.median(values) / slowest
        print(f"{row(name, values)} {ratio:.2f} of three")
    print(rounds.note())


def repeated(step, images, times):
    def run():
        for _ in range(times):
            logs = step(images)
        logs["d_loss"].numpy()

    return run


def step_of(game, shape, options):
    model = game(shape, latent_dim=32, hidden=32, width=options.width, seed=0)
    model.compile(keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4))
    return tf.function(model.train_step, autograph=False)


if __name__ == "__main__":
    main()
