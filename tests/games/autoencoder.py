"""One player: a variational autoencoder, which samples too."""

import keras
from keras import layers, ops

import kgan
from kgan.spaces import Endpoint, Images, Latents
from tests.games import nets


@keras.saving.register_keras_serializable("test")
class AutoEncoder(kgan.Game):
    def __init__(self, seed=0, **kwargs):
        x, z = keras.Input(nets.IMAGE), keras.Input((3,))
        encoder = keras.Model(x, nets.dense(layers.Flatten()(x), 6, seed, None))
        decoder = keras.Model(z, nets.to_image(z, seed))
        player = kgan.Player("a", [encoder, decoder], self.bound)
        super().__init__([player], Images(nets.IMAGE), seed=seed, **kwargs)
        self.encoder, self.decoder, self.latents = encoder, decoder, Latents(3)

    def play(self, data, training):
        mean, log_variance = ops.split(self.encoder(data[0], training=training), 2, 1)
        noise = self.draws.normal((ops.shape(mean)[0], 3))
        z = mean + ops.exp(0.5 * log_variance) * ops.cast(noise, mean.dtype)
        return data[0], self.decoder(z, training=training), mean, log_variance

    def bound(self, batch):
        x, output, mean, log_variance = batch
        spread = mean**2 + ops.exp(log_variance) - 1.0 - log_variance
        return {
            "reconstruction": ops.mean(ops.sum((x - output) ** 2, axis=(1, 2, 3))),
            "kl": 0.5 * ops.mean(ops.sum(spread, axis=1)),
        }

    def turns(self, data):
        batch, tape = self.record(data, "a")
        return batch, {"a": self.update("a", batch, tape)}

    def endpoints(self, averaged=True):
        images, latents = {"images": self.spaces[0]}, {"latents": self.latents}

        def encode(images):
            return {"latents": self.encoder(images)[:, :3]}

        def generate(latents):
            return {"images": self.decoder(latents)}

        return {
            "generate": Endpoint(generate, latents, images, seeded="sample"),
            "encode": Endpoint(encode, images, latents),
            "reconstruct": Endpoint(
                lambda images: generate(encode(images)["latents"]), images, images
            ),
        }
