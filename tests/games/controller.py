"""A game with a state: a controller such as BEGAN's k_t."""

import keras
from keras import ops

import kgan
from tests.games import nets


@keras.saving.register_keras_serializable("test")
class Controller(kgan.GAN):
    def __init__(self, gain=0.5, seed=0, **kwargs):
        z = keras.Input((3,))
        generator = keras.Model(z, nets.to_image(z, seed))
        super().__init__(
            generator, nets.translator("discriminator", seed), seed=seed, **kwargs
        )
        self.gain = gain
        self.k = self.state("k", 0.0)

    def distance(self, x, batch):
        """How badly D, an autoencoder, gives x back."""
        return ops.mean(ops.abs(x - self.judge(x, batch)))

    def discriminator_loss(self, batch):
        real, fake = self.distance(batch.real, batch), self.distance(batch.fake, batch)
        self.watch({"k": self.k.value})
        return {"real": real, "fake": -ops.cast(self.k.value, fake.dtype) * fake}

    def generator_loss(self, batch):
        return {"fake": self.distance(batch.fake, batch)}

    def after_step(self, batch, terms):
        balance = 0.5 * terms["d"]["real"] - terms["g"]["fake"]
        # The mean over replicas first: clipping is not linear.
        step = self.gain * ops.cast(self.global_mean(balance), self.k.value.dtype)
        self.k.assign(ops.clip(self.k.value + step, 0.0, 1.0))
