"""The GAN of 2014."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.core.gan import GAN
from kgan.networks.mlp import maxout_discriminator, mlp_generator
from kgan.spaces import Images, of_shape


@keras.saving.register_keras_serializable("kgan")
class VanillaGAN(GAN):
    """Goodfellow et al. 2014, "Generative adversarial nets" (arXiv 1406.2661).

    The game of `GAN` between multilayer perceptrons: G has ReLU units, D has maxout
    units with dropout. The defaults are those of the authors' MNIST experiment, which
    trains by SGD with momentum in batches of 100.

        >>> model = kgan.VanillaGAN((2,), 2, output="linear", latent_prior="normal")
        >>> model.generate(5).shape
        (5, 2)

    Args:
        image_shape: the shape of one example: an image (height, width, channels) of
            any size, or a point (d,) as in `kgan.data.load("ring")`.
        latent_dim: coordinates of z.
        generator_hidden: ReLU units of each hidden layer of G.
        discriminator_hidden: maxout units of each hidden layer of D.
        pieces: linear pieces per maxout unit.
        dropout: D's rates in [0, 1), on the input and after each hidden layer.
        discriminator_initial: D's initial weights are U(-d, d) with this d.
        output: G's output function: "sigmoid" (the paper), "tanh", or "linear".
            Examples that are not images need "linear". D rescales its input unless
            `output` is "linear".
        mean: the mean example of the data in [-1, 1], for G's initial output biases.
        latent_prior: see `kgan.latents.get`; the authors' prior is uniform with unit
            variance.
        seed: integer; fixes initial weights, latents and dropout.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for another output, an output other than "linear" for examples that
            are not images, sizes below 1, or a mean of another shape.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 100,
        *,
        generator_hidden: Sequence[int] = (1200, 1200),
        discriminator_hidden: Sequence[int] = (240, 240),
        pieces: int = 5,
        dropout: tuple[float, float] = (0.2, 0.5),
        discriminator_initial: float = 0.005,
        output: str = "sigmoid",
        mean: Any = None,
        latent_prior: Any = "uniform_unit_variance",
        seed: int | None = None,
        name: str = "gan",
        **kwargs: Any,
    ) -> None:
        image_shape = tuple(image_shape)
        if output != "linear" and not isinstance(of_shape(image_shape), Images):
            raise ValueError(
                f"Expected output='linear' for examples of shape {image_shape}, which "
                f"are not images in [-1, 1]. Received: output={output!r}."
            )
        super().__init__(
            mlp_generator(
                image_shape, latent_dim, generator_hidden, output, mean, seed
            ),
            maxout_discriminator(
                image_shape,
                discriminator_hidden,
                pieces,
                dropout,
                unit=output != "linear",
                seed=seed,
                initial=discriminator_initial,
            ),
            latent_prior=latent_prior,
            seed=seed,
            name=name,
            **kwargs,
        )

    @classmethod
    def data_arguments(cls, source: Any) -> dict[str, Any]:
        return {**super().data_arguments(source), "mean": source.mean()}

    def get_config(self) -> dict[str, Any]:
        # Without `mean`, because `mean` only sets initial biases, which are weights.
        return {**super().get_config(), "mean": None}
