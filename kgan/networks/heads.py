"""Discriminators that say more than real or fake."""

from __future__ import annotations

from typing import Any

import keras

from kgan.random import seeds
from kgan.system.checks import check_whole


def features_of(discriminator: keras.Model) -> Any:
    """The symbolic features [batch, n] of which a network's last layer makes logits.

    >>> kgan.networks.heads.features_of(model.discriminator).shape[-1]
    196

    Raises:
        ValueError: for a network whose last layer has other inputs.
    """
    features = discriminator.layers[-1].input
    if len(getattr(features, "shape", ())) != 2:
        raise ValueError(
            "Expected a discriminator whose last layer makes logits of features "
            f"[batch, n]. Received: {discriminator.layers[-1].name!r} as the last one."
        )
    return features


def with_classes(
    discriminator: keras.Model, classes: int, seed: int | None = None
) -> keras.Model:
    """D with a second output, the logits of classes: "AC-GAN" (arXiv 1610.09585).

        >>> network = kgan.networks.dcgan_discriminator((28, 28, 1), width=2)
        >>> logits, classes = kgan.networks.with_classes(network, 10)(images)
        >>> classes.shape
        TensorShape([64, 10])

    Args:
        discriminator: images -> logits, whose last layer is dense.
        classes: the number of classes, at least 2.
        seed: integer; fixes the initial weights, as of Glorot and Bengio 2010.

    Returns:
        `keras.Model`, images -> (logits [batch, 1], `classes` [batch, classes]), both
        of Keras' float type.

    Raises:
        ValueError: for fewer classes, or another last layer.
    """
    check_whole("classes", classes, least=2)
    initial = seeds.stream(seed, "classes")
    head = keras.layers.Dense(
        classes,
        kernel_initializer=keras.initializers.GlorotUniform(next(initial)),
        dtype=keras.config.floatx(),
        name="classes",
    )(features_of(discriminator))
    outputs = [discriminator.output, head]
    return keras.Model(discriminator.input, outputs, name="discriminator")


def with_features(discriminator: keras.Model) -> keras.Model:
    """D with a second output, its last hidden layer.

        >>> network = kgan.networks.dcgan_discriminator((28, 28, 1), width=2)
        >>> logits, features = kgan.networks.with_features(network)(images)
        >>> features.shape
        TensorShape([64, 196])

    Args:
        discriminator: images -> logits, whose last layer is dense.

    Returns:
        `keras.Model`, images -> (logits [batch, 1], `features` [batch, n]).

    Raises:
        ValueError: for another last layer.
    """
    features = keras.layers.Identity(name="features")(features_of(discriminator))
    outputs = [discriminator.output, features]
    return keras.Model(discriminator.input, outputs, name="discriminator")
