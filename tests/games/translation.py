"""Paired translation: source image in, target image out, D sees both."""

import keras
from keras import layers, ops

import kgan
from kgan.spaces import Endpoint, Images
from tests.games import nets


@keras.saving.register_keras_serializable("test")
class Translation(kgan.GAN):
    def __init__(self, seed=0, weight=10.0, **kwargs):
        space = Images(nets.IMAGE)
        source, target = keras.Input(nets.IMAGE), keras.Input(nets.IMAGE)
        pair = layers.Flatten()(layers.Concatenate()([source, target]))
        super().__init__(
            nets.translator("generator", seed),
            keras.Model([source, target], nets.dense(pair, 1, seed, None)),
            spaces=(space, space),
            seed=seed,
            **kwargs,
        )
        self.weight = weight

    def play(self, data, training):
        source, target = data
        fake = self.generator(source, training=training)
        return kgan.Batch(target, fake, source, None, training)

    def discriminate(self, examples, batch):
        return self.discriminator([batch.latents, examples], training=batch.training)

    def generator_loss(self, batch):
        distance = ops.mean(ops.abs(batch.real - batch.fake))
        return {**super().generator_loss(batch), "l1": self.weight * distance}

    def endpoints(self, averaged=True):
        network, space = self.shown(self.generator, averaged), self.spaces[0]

        def translate(images):
            return {"images": network(images, training=False)}

        ends = {"images": space}, {"images": space}
        return {"translate": Endpoint(translate, *ends, target=1)}
