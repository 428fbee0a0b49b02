"""GAN with a projection discriminator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.core.gan import GAN
from kgan.networks.resnet import resnet_discriminator, resnet_generator
from kgan.spaces import Images, Labels


@keras.saving.register_keras_serializable("kgan")
class ProjectionGAN(GAN):
    """Miyato and Koyama 2018, "cGANs with projection discriminator" (1802.05637).

    `SNGAN` with labels: D's logit is (equation 3)

        f(x, y) = <e_y, h(x)> + psi(h(x))

    with h D's features, e_y a vector of the class y, spectrally normalized, and psi a
    linear layer: what the ratio log q(x, y) / p(x, y) is, if the classes have a softmax
    of h. G is told the class by the scale and offset of each batch normalization.

    The paper trains as SNGAN's does; the networks are those of `kgan.networks.resnet`.

        >>> model = kgan.ProjectionGAN((28, 28, 1), classes=10, width=2, seed=0)
        >>> model.generate(labels=[7, 7, 3], seed=1).shape
        (3, 28, 28, 1)

    Args:
        image_shape: (height, width, channels), as for `resnet_generator`.
        classes: the number of classes, at least 2.
        latent_dim: coordinates of z; 128 in the paper.
        width: channels of D; G has twice as many.
        seed: integer; fixes initial weights and latents.
        discriminator_steps: 5 in the paper.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for an image shape that the networks cannot make, or other sizes.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (32, 32, 3),
        classes: int = 10,
        latent_dim: int = 128,
        width: int = 128,
        *,
        loss: Any = "hinge",
        discriminator_steps: int = 5,
        latent_prior: Any = "normal",
        seed: int | None = None,
        name: str = "projection_gan",
        **kwargs: Any,
    ) -> None:
        generator = resnet_generator(
            image_shape, latent_dim, 2 * width, seed, classes=classes
        )
        discriminator = resnet_discriminator(image_shape, width, seed, classes=classes)
        super().__init__(
            generator,
            discriminator,
            loss=loss,
            spaces=[Images(image_shape), Labels(classes)],
            discriminator_steps=discriminator_steps,
            latent_prior=latent_prior,
            seed=seed,
            name=name,
            **kwargs,
        )
