"""The GAN of 2014 on MNIST, its generator averaged until it reaches the paper's score.
The results, and what matters for them, are in docs/parzen.md.
"""

import dataclasses

from kgan.recipes.gan import GAN
from kgan.recipes.recipe import Data, Training

_ADAM = {"name": "adam", "learning_rate": 2e-3, "beta_1": 0.5}

GAN_MNIST_PARZEN = dataclasses.replace(
    GAN,
    name="gan_mnist_parzen",
    title="The MLP game of 2014 on MNIST, its generator averaged",
    options={
        **GAN.options,
        "dropout": [0.0, 0.0],
        # The mean of the whole run, because the ramp rises to this decay only at step
        # 10,000.
        "ema_decay": 0.9999,
        "ema_ramp": 2.0,
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=15, batch_size=200),
    data=Data("mnist", "train[:50000]"),
    metrics=("parzen",),
)
