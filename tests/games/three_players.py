"""A GAN with an encoder as third player."""

import keras
from keras import layers, ops

import kgan
from kgan.spaces import Endpoint
from tests.games import nets


@keras.saving.register_keras_serializable("test")
class ThreePlayers(kgan.GAN):
    def __init__(self, seed=0, **kwargs):
        z, x = keras.Input((3,)), keras.Input(nets.IMAGE)
        encoder = keras.Model(x, nets.dense(layers.Flatten()(x), 3, seed + 5, None))
        super().__init__(
            keras.Model(z, nets.to_image(z, seed)),
            nets.critic("discriminator", seed),
            players=[kgan.Player("encoder", encoder, self.encoder_loss)],
            seed=seed,
            **kwargs,
        )
        self.encoder = encoder

    def encoder_loss(self, batch):
        """It learns to give a fake's latents back."""
        code = self.encoder(ops.stop_gradient(batch.fake), training=batch.training)
        return {"distance": ops.mean((code - batch.latents) ** 2)}

    def turns(self, data):
        batch, terms = super().turns(data)
        # Not while D is lost: the mean over all replicas decides.
        gate = self.global_mean(terms["d"]["adversarial"]) < 5.0
        return batch, {**terms, "encoder": self.update("encoder", batch, gate=gate)}

    def endpoints(self, averaged=True):
        takes, gives = {"images": self.examples}, {"latents": self.latents}

        def encode(images):
            return {"latents": self.encoder(images)}

        return {**super().endpoints(averaged), "encode": Endpoint(encode, takes, gives)}
