"""AnoGAN."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from kgan.core.detecting import Detecting
from kgan.models.dcgan import DCGAN
from kgan.networks.heads import features_of
from kgan.spaces import Endpoint
from kgan.system.checks import check_positive, check_whole

# Fixes the latents that every search begins with.
_SEED = 0
# Adam's decay rates, and what keeps it from dividing by 0.
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8


@keras.saving.register_keras_serializable("kgan")
class AnoGAN(Detecting, DCGAN):
    """AnoGAN: Schlegl et al. 2017 (arXiv 1703.05921).

    A DCGAN of normal images. To ask how strange an image x is, search for the latents z
    whose G(z) is most like it, by gradient descent on

        (1 - l) R(z) + l F(z),  R = sum |x - G(z)|,  F = sum |f(x) - f(G(z))|

    (equations 2, 4 and 5) with f the last hidden layer of D. What is left after the
    search is the score (6); |x - G(z)| says where. Here both sums are divided by the
    number of pixel values, so that scores of images of other sizes are alike; the
    balance is the paper's. The weight l is of the features: some ports exchange the
    two.

    All images of a request are searched for in one batch. Each search begins with the
    same `restarts` draws of p_z, so that the score of an image does not depend on the
    others in its batch; Adam moves z; the best latents of all steps and restarts count.
    Networks are in inference mode. See `FAnoGAN` for scores in one pass.

    The networks may be those of another GAN of DCGAN's shape: `starts_from` a `WGANGP`
    needs `normalization=None`.

        >>> model = kgan.AnoGAN((28, 28, 1), 4, width=2, search_steps=3, seed=0)
        >>> model.endpoint("score")(images=images[:2])["maps"].shape
        (2, 28, 28)

    Args:
        image_shape, latent_dim, width: as for `DCGAN`.
        search_steps: updates of z; 500 in the paper.
        restarts: searches per image, each from another z.
        search_rate: Adam's learning rate for z.
        feature_weight: l, in [0, 1]; 0.1 in the paper.
        false_alarms, map_sigma, hottest: see `kgan.core.detecting.Detecting`.
        **kwargs: as for `DCGAN`.

    Raises:
        ValueError: as `DCGAN`, or for numbers out of range.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 100,
        width: int = 64,
        *,
        search_steps: int = 500,
        restarts: int = 1,
        search_rate: float = 0.05,
        feature_weight: float = 0.1,
        false_alarms: float = 0.05,
        map_sigma: float | None = None,
        hottest: bool = False,
        name: str = "anogan",
        **kwargs: Any,
    ) -> None:
        check_whole("search_steps", search_steps)
        check_whole("restarts", restarts)
        check_positive("search_rate", search_rate)
        if not 0.0 <= feature_weight <= 1.0:
            raise ValueError(
                "Expected feature_weight in [0, 1], the weight l of the features. "
                f"Received: feature_weight={feature_weight}."
            )
        super().__init__(image_shape, latent_dim, width, name=name, **kwargs)
        self.search_steps, self.restarts = search_steps, restarts
        self.search_rate = search_rate
        self.feature_weight = feature_weight
        self.false_alarms, self.map_sigma = false_alarms, map_sigma
        self.hottest = hottest

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`generate`: latents -> images; `score`: images -> score, map and verdict, see
        `kgan.core.detecting.Detecting`."""
        network = self.shown(self.generator, averaged)
        inner = keras.Model(self.discriminator.input, features_of(self.discriminator))

        def judge(images: Any):
            latents = self.search(images, network, inner)
            made = self.make(latents, network=network)
            return self._loss(images, made, inner), images - made

        return {
            **super().endpoints(averaged),
            "score": self.detection(judge, averaged),
        }

    def search(self, images: Any, network: keras.Model, inner: keras.Model) -> Any:
        """The latents whose images are most like given ones.

        Args:
            images: [batch, *image_shape].
            network: G, or its average.
            inner: images -> f(images).

        Returns:
            [batch, latent_dim], the best of all steps and restarts.
        """
        rows, r = tf.shape(images)[0], self.restarts
        starts = self.latent_prior.sample((r, self.latent_dim), _SEED)
        # [batch * r, ...]: the restarts of an image are beside each other.
        z = tf.tile(starts, [rows, 1])
        examples = tf.repeat(images, r, axis=0)
        features = inner(examples, training=False)

        def loss_of(z: Any):
            made = self.make(z, network=network)
            return self._loss(examples, made, inner, features)

        def step(t: Any, z: Any, m: Any, v: Any, best: Any, least: Any):
            with tf.GradientTape() as tape:
                tape.watch(z)
                losses = loss_of(z)
            # In inference mode a loss depends on its own row alone.
            slope = tape.gradient(losses, z)
            best, least = _better(z, losses, best, least)
            m = _BETA_1 * m + (1.0 - _BETA_1) * slope
            v = _BETA_2 * v + (1.0 - _BETA_2) * slope**2
            count = tf.cast(t + 1, z.dtype)
            mean, square = m / (1.0 - _BETA_1**count), v / (1.0 - _BETA_2**count)
            z = z - self.search_rate * mean / (tf.sqrt(square) + _EPSILON)
            return t + 1, self.latent_prior.nearest(z), m, v, best, least

        least = tf.fill([rows * r], tf.constant(float("inf"), z.dtype))
        free = tf.TensorShape([None, self.latent_dim])
        _, z, _, _, best, least = tf.while_loop(
            lambda t, *_: t < self.search_steps,
            step,
            (tf.constant(0), z, tf.zeros_like(z), tf.zeros_like(z), z, least),
            shape_invariants=(
                *(tf.TensorShape([]), free, free, free, free),
                tf.TensorShape([None]),
            ),
        )
        best, least = _better(z, loss_of(z), best, least)
        # [batch, r, d] -> [batch, d]
        winner = tf.argmin(tf.reshape(least, [rows, r]), axis=1)
        best = tf.reshape(best, [rows, r, self.latent_dim])
        return tf.gather(best, winner, axis=1, batch_dims=1)

    def _loss(self, images: Any, made: Any, inner: keras.Model, features: Any = None):
        """(1 - l) R + l F of each image, [batch], per pixel value."""
        if features is None:
            features = inner(images, training=False)
        residual = ops.sum(ops.abs(images - made), axis=(1, 2, 3))
        difference = features - inner(made, training=False)
        difference = ops.sum(ops.abs(difference), axis=1)
        weight, values = self.feature_weight, math.prod(self.image_shape)
        return ((1.0 - weight) * residual + weight * difference) / values


def _better(z: Any, losses: Any, best: Any, least: Any):
    """The better one of two latents, row by row, and its loss."""
    wins = losses < least
    return tf.where(wins[:, None], z, best), tf.where(wins, losses, least)
