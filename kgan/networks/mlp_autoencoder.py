"""Fully connected networks of Kingma and Welling 2013 (arXiv 1312.6114, appendix C).

Layers of tanh units. The initial weights are those of Glorot and Bengio 2010, as in
Burda et al. 2015 (arXiv 1509.00519); the paper's N(0, 0.01) learns more slowly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kgan.networks.mlp import glorot, tanh_layers
from kgan.system.checks import check_whole


def mlp_encoder(
    image_shape: Sequence[int],
    outputs: int,
    hidden: Sequence[int] = (500,),
    seed: int | None = None,
) -> keras.Model:
    """Encoder: examples [batch, *image_shape] -> code [batch, outputs].

        >>> encoder = kgan.networks.mlp_encoder((28, 28, 1), 4, hidden=(8,))
        >>> encoder(images).shape
        TensorShape([64, 4])

    Args:
        image_shape: the shape of one example: an image, or a point (d,).
        outputs: numbers per code; twice the latent coordinates for a mean and a log
            variance.
        hidden: tanh units of each hidden layer. () gives a linear encoder.
        seed: integer, fixes the initial weights.

    Returns:
        `keras.Model` with outputs of Keras' float type.

    Raises:
        ValueError: for sizes below 1.
    """
    check_whole("outputs", outputs)
    initial = glorot(seed, "encoder")
    examples = keras.Input(image_shape, name="images")
    x = keras.layers.Flatten(name="flatten")(examples)
    if len(image_shape) == 3:
        # The papers' pixels are in [0, 1]. With -1 for black, most of the input is one
        # constant, in which hidden units saturate.
        x = keras.layers.Rescaling(0.5, 0.5, name="to_unit_interval")(x)
    x = tanh_layers(x, hidden, initial)
    x = keras.layers.Dense(
        outputs,
        kernel_initializer=next(initial),
        dtype=keras.config.floatx(),
        name="code",
    )(x)
    return keras.Model(examples, x, name="encoder")


def mlp_decoder(
    image_shape: Sequence[int],
    latent_dim: int,
    hidden: Sequence[int] = (500,),
    seed: int | None = None,
    bias: Any = None,
) -> keras.Model:
    """Decoder: latents [batch, latent_dim] -> outputs [batch, *image_shape].

        >>> decoder = kgan.networks.mlp_decoder((28, 28, 1), 2, hidden=(8,))
        >>> decoder(np.zeros((3, 2))).shape
        TensorShape([3, 28, 28, 1])

    Args:
        image_shape: the shape of one example.
        latent_dim: coordinates of z.
        hidden: tanh units of each hidden layer, from z on. () gives a linear decoder.
        seed: integer, fixes the initial weights.
        bias: the initial biases of the outputs, of `image_shape`; None for 0.

    Returns:
        `keras.Model` without output function: logits or means, see
        `kgan.objectives.likelihoods`.

    Raises:
        ValueError: for sizes below 1, or a bias of another size.
    """
    check_whole("latent_dim", latent_dim)
    initial = glorot(seed, "decoder")
    z = keras.Input((latent_dim,), name="latents")
    x = tanh_layers(z, hidden, initial)
    to_image = keras.layers.Dense(
        math.prod(image_shape),
        kernel_initializer=next(initial),
        dtype=keras.config.floatx(),
        name="to_image",
    )
    x = to_image(x)
    if bias is not None:
        # Not by an initializer, because the network's config would contain it.
        to_image.bias.assign(np.ravel(bias))
    x = keras.layers.Reshape(image_shape, dtype=keras.config.floatx(), name="outputs")(
        x
    )
    return keras.Model(z, x, name="decoder")
