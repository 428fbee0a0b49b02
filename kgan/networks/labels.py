"""Labels as an input of networks that know none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

from kgan.random import seeds
from kgan.system.checks import check_whole


def labelled_generator(
    generator: keras.Model, classes: int, embedding: int = 10, seed: int | None = None
) -> keras.Model:
    """G with labels: latents [batch, d], labels [batch, classes] -> examples.

    An embedding of the label stands beside the latents, as in Mirza and Osindero 2014,
    "Conditional generative adversarial nets" (arXiv 1411.1784).

        >>> network = kgan.networks.dcgan_generator((28, 28, 1), 4 + 3, width=2)
        >>> generator = kgan.networks.labelled_generator(network, 10, embedding=3)
        >>> generator([np.zeros((5, 4)), np.eye(10)[:5]]).shape
        TensorShape([5, 28, 28, 1])

    Args:
        generator: latents [batch, d + embedding] -> examples.
        classes: the number of classes, at least 2.
        embedding: numbers that stand for a label, drawn from N(0, 1) at first: as large
            as the latents beside it. Fewer than those, or G hardly sees the latents,
            and makes one example of each class.
        seed: integer; fixes them.

    Returns:
        `keras.Model` with the inputs `latents` and `labels`, shares of classes: one-hot
        for a label, and between two for a mixture.

    Raises:
        ValueError: for sizes out of range.
    """
    check_whole("embedding", embedding)
    latent_dim = generator.input_shape[-1] - embedding
    check_whole("latent_dim", latent_dim)
    z = keras.Input((latent_dim,), name="latents")
    y = labels_input(classes)
    initial = seeds.stream(seed, "label_embedding")
    code = embedded(y, embedding, initial)
    beside = keras.layers.Concatenate(name="beside")([z, code])
    return keras.Model([z, y], generator(beside), name="generator")


def labelled_discriminator(
    discriminator: keras.Model, classes: int, seed: int | None = None
) -> keras.Model:
    """D with labels: images [batch, ...], labels [batch, classes] -> logits.

    The label is one more channel of the image, a map of its own for each class; of
    points it is more coordinates.

        >>> network = kgan.networks.dcgan_discriminator((28, 28, 1 + 1), width=2)
        >>> discriminator = kgan.networks.labelled_discriminator(network, 10)
        >>> discriminator([images[:5], np.eye(10)[:5]]).shape
        TensorShape([5, 1])

    Args:
        discriminator: images with one channel more than the data -> logits; or points
            [batch, d + classes].
        classes: the number of classes, at least 2.
        seed: integer; fixes the maps, drawn from N(0, 1) at first.

    Returns:
        `keras.Model` with the inputs `images` and `labels`, see `labelled_generator`.

    Raises:
        ValueError: for a discriminator of fewer channels or coordinates, or fewer
            classes.
    """
    *sides, depth = discriminator.input_shape[1:]
    own = 1 if sides else check_whole("classes", classes, least=2)
    check_whole("channels beside that of the label", depth - own)
    images = keras.Input((*sides, depth - own), name="images")
    y = label = labels_input(classes)
    if sides:
        initial = seeds.stream(seed, "label_map")
        label = embedded(y, sides[0] * sides[1], initial, name="label_map")
        label = keras.layers.Reshape((*sides, 1), name="label_channel")(label)
    beside = keras.layers.Concatenate(name="beside")([images, label])
    return keras.Model([images, y], discriminator(beside), name="discriminator")


def labels_input(classes: int) -> Any:
    """The input `labels` [batch, classes] of a network: shares of classes.

    Raises:
        ValueError: for fewer than 2 classes.
    """
    check_whole("classes", classes, least=2)
    return keras.Input((classes,), name="labels")


def embedded(
    labels: Any, size: int, initial: Iterator[int], name: str = "label_embedding"
) -> Any:
    """Shares of classes [batch, classes] -> [batch, size].

    One vector per class, drawn from N(0, 1): those of Keras' `Embedding`, within
    U(-0.05, 0.05), would be lost beside the latents.

    Args:
        labels: a symbolic tensor.
        size: numbers per class.
        initial: seeds of the initial weights.
        name: of the layer.
    """
    normal = keras.initializers.RandomNormal(0.0, 1.0, seed=next(initial))
    return keras.layers.Dense(
        size, use_bias=False, kernel_initializer=normal, name=name
    )(labels)
