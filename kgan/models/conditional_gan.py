"""Conditional GAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.core.gan import GAN
from kgan.networks.dcgan import dcgan_discriminator, dcgan_generator
from kgan.networks.labels import labelled_discriminator, labelled_generator
from kgan.spaces import Images, Labels
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class ConditionalGAN(GAN):
    """Mirza and Osindero 2014, "Conditional generative adversarial nets" (1411.1784).

    Both networks are told the label y (equation 2):

        V(D, G) = E[log D(x | y)] + E[log(1 - D(G(z | y)))]

    The labels of fakes are those of the real examples in the batch, so that D cannot
    tell fakes by how often a class comes.

    The paper has networks of dense layers; here they are those of DCGAN. G's input is
    z and an embedding of y; D's is the image and a channel that belongs to y.

        >>> model = kgan.ConditionalGAN((28, 28, 1), classes=10, width=2, seed=0)
        >>> model.generate(labels=[7, 7, 3], seed=1).shape
        (3, 28, 28, 1)

    Args:
        image_shape: (height, width, channels), 1 to 3 channels; sides as for `DCGAN`.
        classes: the number of classes, at least 2.
        latent_dim: coordinates of z.
        width: channels of the convolutions nearest to the image.
        embedding: numbers that stand for a label in G.
        normalization: D's, see `kgan.networks.dcgan_discriminator`.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for an image shape that the networks cannot make, or other sizes.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        classes: int = 10,
        latent_dim: int = 100,
        width: int = 64,
        *,
        embedding: int = 10,
        normalization: str | None = "batch",
        seed: int | None = None,
        name: str = "conditional_gan",
        **kwargs: Any,
    ) -> None:
        height, breadth, channels = image_shape
        latents = check_whole("latent_dim", latent_dim) + embedding
        generator = dcgan_generator(image_shape, latents, width, seed)
        with_map = (height, breadth, channels + 1)
        discriminator = dcgan_discriminator(with_map, width, seed, normalization)
        super().__init__(
            labelled_generator(generator, classes, embedding, seed),
            labelled_discriminator(discriminator, classes, seed),
            spaces=[Images(image_shape), Labels(classes)],
            seed=seed,
            name=name,
            **kwargs,
        )
