"""The variational autoencoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.models.autoencoder import AutoEncoder, Coded
from kgan.objectives import schedules
from kgan.objectives.posterior import gaussian_kl, moments, reparametrized
from kgan.spaces import Endpoint, Latents, Picture, Points, Scalar

# Latents per side of the grid of figure 4.
_MANIFOLD_SIDE = 20


@keras.saving.register_keras_serializable("kgan")
class VAE(AutoEncoder):
    """Kingma and Welling 2013, "Auto-encoding variational Bayes" (arXiv 1312.6114).

    Latents z ~ N(0, I) explain an image x by p(x | z), which the decoder gives. The
    encoder gives q(z | x) = N(mu, diag(sigma^2)), by its mean and log variance. Both
    maximise the evidence lower bound (equation 3)

        log p(x) >= ELBO = E_q[log p(x | z)] - KL(q(z | x) || p(z)),

    where the first term is estimated by one reparametrised draw (equation 10), and the
    second has a closed form (appendix B):

        z = mu + sigma * epsilon,  epsilon ~ N(0, I)
        KL = 1/2 sum_j (mu_j^2 + sigma_j^2 - 1 - log sigma_j^2)

    The loss is -E_q[log p(x | z)] + beta KL. beta above 1 is the beta-VAE of Higgins et
    al. 2017; a schedule from 0 to 1 is the KL warm-up of arXiv 1511.06349 and
    1602.02282, against latents that the decoder ignores.

    >>> model = kgan.VAE((28, 28, 1), latent_dim=2, hidden=(8,), seed=0)
    >>> model.compile(keras.optimizers.Adam(1e-3))
    >>> logs = model.fit(data, verbose=0).history
    >>> round(logs["elbo"][0] + logs["autoencoder_loss"][0], 3)
    0.0
    >>> model.generate(16, seed=1).shape
    (16, 28, 28, 1)

    Logs in nats per image, beside those of `Game`: `autoencoder/reconstruction` =
    -E_q[log p(x | z)], `kl`, `autoencoder/weighted_kl` = beta KL, `elbo`; and `beta`.

    Pictures: samples, reconstructions, and, of two latent coordinates, the manifold of
    figure 4: what the decoder says at the quantiles of N(0, I).

    Args:
        image_shape: the shape of one example: an image, or a point (d,).
        latent_dim: coordinates of z, at least 1. A code has twice as many numbers: the
            mean and the log variance of q(z | x).
        beta: weight of the KL term, at least 0: a number, or a schedule over the images
            seen, see `kgan.schedules.get`.
        **kwargs: as for `AutoEncoder`.

    Raises:
        ValueError: as `AutoEncoder`; for a beta below 0.
    """

    numbers_per_latent = 2

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 32,
        *,
        beta: Any = 1.0,
        name: str = "vae",
        **kwargs: Any,
    ) -> None:
        super().__init__(image_shape, latent_dim, name=name, **kwargs)
        self.beta = schedules.get(beta)
        # Both ends of a schedule.
        numbers = [float(self.beta(images)) for images in (0.0, 1e18)]
        if not min(numbers) >= 0.0:
            raise ValueError(f"Expected beta >= 0. Received: beta={beta}.")
        self.latents = Latents(latent_dim, "normal")

    # The game

    def latents_of(self, code: Any) -> Any:
        epsilon = self.draws.normal((keras.ops.shape(code)[0], self.latent_dim))
        return reparametrized(code, epsilon)

    def autoencoder_loss(self, batch: Coded) -> dict[str, Any]:
        terms = super().autoencoder_loss(batch)
        kl = keras.ops.mean(gaussian_kl(*moments(batch.code)))
        beta = keras.ops.cast(self.beta(self.images_seen), kl.dtype)
        elbo = -terms["reconstruction"] - kl
        self.watch({"elbo": elbo, "kl": kl, "beta": beta})
        return {**terms, "weighted_kl": beta * kl}

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`generate`: z -> images; `reconstruct`: images -> images, through the mean of
        q(z | x); `encode`: images -> mean and log variance; `score`, of images, as of
        an `AutoEncoder`; `weigh`, where the likelihood is a probability: images and
        noise -> log p(x, z) / q(z | x), one importance sample of log p(x)."""
        encoder = self.shown(self.encoder, averaged)
        decoder = self.shown(self.decoder, averaged)
        images, latents = {"images": self.spaces[0]}, {"latents": self.latents}

        def generate(latents: Any):
            outputs = decoder(latents, training=False)
            return {"images": self.shown_images(outputs)}

        def weigh(images: Any, noise: Any):
            x = self.likelihood.observe(images)
            code = encoder(x, training=False)
            outputs = decoder(reparametrized(code, noise), training=False)
            return {"log_weights": self.log_weights(Coded(x, code, outputs), noise)}

        endpoints = {
            "generate": Endpoint(generate, latents, images, seeded="sample"),
            **super().endpoints(averaged),
        }
        what = self.likelihood.probability_of
        if what is not None:
            noise = {**images, "noise": self.latents}
            number = Scalar(f"log p(x, z) / q(z | x) in nats, x: {what}")
            endpoints["weigh"] = Endpoint(weigh, noise, {"log_weights": number})
        return endpoints

    def encoding(self, code_of: Callable[[Any], Any]) -> Endpoint:
        def encode(images: Any):
            mean, log_variance = moments(code_of(images))
            return {"mean": mean, "log_variance": log_variance}

        numbers = Points(self.latent_dim)
        gives = {"mean": numbers, "log_variance": numbers}
        return Endpoint(encode, {"images": self.spaces[0]}, gives)

    def log_weights(self, batch: Coded, epsilon: Any) -> Any:
        """log p(x | z) + log p(z) - log q(z | x) [batch], in nats.

        Equation 8 of Burda et al. 2015 (arXiv 1509.00519). The mean is the ELBO.

        Args:
            batch: what the networks say where z is `reparametrized` by `epsilon`.
            epsilon: [batch, latent_dim].
        """
        _, log_variance = moments(batch.code)
        z = reparametrized(batch.code, epsilon)
        epsilon = keras.ops.cast(epsilon, z.dtype)
        # log p(z) - log q(z | x) = 1/2 sum_j (epsilon_j^2 + log sigma_j^2 - z_j^2)
        ratio = keras.ops.sum(epsilon**2 + log_variance - z**2, axis=1) / 2.0
        return self.likelihood.log_prob(batch.examples, batch.outputs) + ratio

    def generate(
        self, n: int, seed: int | None = None, batch_size: int | None = None
    ) -> np.ndarray:
        """The means of p(x | z) for z ~ N(0, I).

        Args:
            n: how many.
            seed: 32-bit integer; the same seed gives the same images, here and from an
                exported model on a server. None draws new ones.
            batch_size: how many at a time.

        Returns:
            NumPy float32 array [n, *image_shape], images in [-1, 1].

        Raises:
            ValueError: if n is below 1, or the seed is no 32-bit integer.
        """
        return self.endpoint("generate").sample(n, seed, batch_size)["images"]

    def manifold(self, side: int = _MANIFOLD_SIDE) -> np.ndarray:
        """What the decoder says on a grid of quantiles: figure 4 of arXiv 1312.6114.

        The columns go from low to high quantiles of the first coordinate of z, the rows
        from high to low quantiles of the second.

        Args:
            side: latents per side.

        Returns:
            NumPy float32 array [side * side, *image_shape], row by row.

        Raises:
            ValueError: for another number of latent coordinates than 2.
        """
        if self.latent_dim != 2:
            raise ValueError(
                "Expected a model of two latent coordinates, whose grid is flat. "
                f"Received: latent_dim={self.latent_dim}."
            )
        # z = Phi^-1(u), u = 1/2n, 3/2n, ..., (2n - 1)/2n
        quantiles = tf.math.ndtri((np.arange(side) + 0.5) / side).numpy()
        first, second = np.meshgrid(quantiles, quantiles[::-1])
        z = np.stack([first.ravel(), second.ravel()], axis=1).astype("float32")
        return self.endpoint("generate")(latents=z)["images"]

    def pictures(
        self, examples: tuple[Any, ...] | None, n: int = 64, seed: int = 0
    ) -> dict[str, Picture]:
        pictures = super().pictures(examples, n, seed)
        if self.latent_dim == 2:
            columns = {"manifold": self.manifold()}
            picture = Picture(self.spaces[0], columns, per_row=_MANIFOLD_SIDE)
            pictures["manifold"] = picture
        return pictures
