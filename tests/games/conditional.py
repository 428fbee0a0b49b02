"""Labels go into both networks, as numbers: inputs called `labels` get them."""

import keras
from keras import layers

import kgan
from kgan.spaces import Images, Labels
from tests.games import nets


@keras.saving.register_keras_serializable("test")
class Conditional(kgan.GAN):
    def __init__(self, classes=3, seed=0, **kwargs):
        z, label, x = (
            keras.Input((5,), name="latents"),
            keras.Input((), dtype="int32", name="labels"),
            keras.Input(nets.IMAGE),
        )
        code = layers.CategoryEncoding(classes, output_mode="one_hot")(label)
        g = nets.to_image(layers.Concatenate()([z, code]), seed)
        d = nets.dense(layers.Concatenate()([layers.Flatten()(x), code]), 1, seed, None)
        super().__init__(
            keras.Model([z, label], g),
            keras.Model([x, label], d),
            spaces=(Images(nets.IMAGE), Labels(classes)),
            seed=seed,
            **kwargs,
        )
