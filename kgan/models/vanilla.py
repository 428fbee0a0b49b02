"""The GAN of 2014."""

import keras

from kgan.gan import GAN
from kgan.networks.mlp import maxout_discriminator, mlp_generator


@keras.saving.register_keras_serializable("kgan")
class VanillaGAN(GAN):
    """Goodfellow et al. 2014, "Generative adversarial nets" (arXiv 1406.2661).

    The game of `GAN` between multilayer perceptrons: G of ReLU units, D of maxout units
    with dropout. The defaults are the authors' MNIST experiment, which trains by SGD
    with momentum in batches of 100.

    Args:
        image_shape: the shape of one example: an image, or a point (d,) as of
            `kgan.data.load("ring")`.
        latent_dim: coordinates of z.
        generator_hidden: ReLU units of each hidden layer of G.
        discriminator_hidden: maxout units of each hidden layer of D.
        pieces: linear pieces of a maxout unit.
        dropout: D's rates, on the input and after each hidden layer.
        output: G's output function: "sigmoid" (the paper), "tanh", or "linear", which
            examples that are no images need; D's input is rescaled unless "linear".
        mean: the data's mean example in [-1, 1], for G's first output biases.
        latent_prior: see `kgan.latents.get`; the authors' is uniform of unit variance.
        seed: integer; fixes initial weights, latents and dropout.
        **kwargs: as for `GAN`.
    """

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=100,
        *,
        generator_hidden=(1200, 1200),
        discriminator_hidden=(240, 240),
        pieces=5,
        dropout=(0.2, 0.5),
        output="sigmoid",
        mean=None,
        latent_prior="uniform_unit_variance",
        seed=None,
        name="gan",
        **kwargs,
    ):
        image_shape = tuple(image_shape)
        self_config = {
            "generator_hidden": tuple(generator_hidden),
            "discriminator_hidden": tuple(discriminator_hidden),
            "pieces": pieces,
            "dropout": tuple(dropout),
            "output": output,
        }
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
            ),
            latent_prior=latent_prior,
            seed=seed,
            name=name,
            **kwargs,
        )
        self._networks_config = self_config

    def get_config(self):
        # Not `mean`: it only sets the first biases, which are saved as weights.
        return {
            "image_shape": self.image_shape,
            "latent_dim": self.latent_dim,
            **self._networks_config,
            **self._game_config(),
        }
