"""StyleGAN2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kgan.core.asking import ask
from kgan.core.gan import GAN
from kgan.metrics import PerceptualPathLength, Value
from kgan.models import style_endpoints, style_pictures
from kgan.models.style_projection import Projection, project
from kgan.networks.style import (
    style_discriminator,
    style_generator,
    style_mapping,
    style_synthesis,
)
from kgan.objectives.penalties import R1, Lazy
from kgan.random import philox
from kgan.spaces import Endpoint, Images, Labels, Picture
from kgan.system.checks import check_whole

# The noise of a model that is asked: the same for all images.
_NOISE_KEY = (0, 1812)


class StyleBatch(NamedTuple):
    """What one update sees: a `Batch`, and the styles w [batch, style_dim] of z."""

    real: Any
    fake: Any
    latents: Any
    labels: Any
    training: bool
    w: Any


@keras.saving.register_keras_serializable("kgan")
class StyleGAN2(GAN):
    """StyleGAN2: Karras et al. 2019 (arXiv 1912.04958).

    G maps latents to styles, w = f(z), which scale the channels of each layer of the
    synthesis network g. Both players have the logistic losses of `GAN`, and lazily, in
    updates of their own,

        every 16th step, D:  gamma / 2 E[|grad D(x)|^2]                    (R1)
        every 4th step, G:   weight E[(|J_w^T y| - a)^2]                   (equation 4)

    with J_w the Jacobian of g at the styles of all layers, y images of N(0, 1), divided
    by the root of the number of pixels, and a the running mean of |J_w^T y|, where the
    square of the norm is the mean over the layers of the sum over coordinates. A step
    in w then moves the image by the same amount everywhere. It takes half a batch, of
    its own latents.

    In training, 90 % of the fakes mix the styles of two latents: one until a random
    layer, the other from there on. The game keeps the mean of w; `truncation` psi asks
    for w_mean + psi (w - w_mean).

    The paper trains by Adam(0.002, beta_1=0, beta_2=0.99, epsilon=1e-8) and averages G
    with a half-life of 10,000 images; `compile` adapts rates and betas to the lazy
    updates. `auto` has the rules of the authors' later code. Where this code differs
    from that: a is the mean before the step, so that replicas need not wait for each
    other, instead of after it, a hundredth further; each example has a layer of its own
    where styles change, not the whole batch; and w's mean moves once per step, not for
    each pass of G.

    Logs beside those of `GAN`: `d/r1` and `g/path_length`, the terms of their own
    updates, and `path_length`, the mean of |J_w^T y|.

        >>> sizes = {"latent_dim": 4, "style_dim": 4, "channel_base": 32}
        >>> model = kgan.StyleGAN2((16, 16, 1), **sizes, depth=1, gamma=0.1, seed=0)
        >>> model.generate(3, seed=1, truncation=0.7).shape
        (3, 16, 16, 1)
        >>> model.mix([1, 1], [2, 3], last=2).shape
        (2, 16, 16, 1)

    Args:
        image_shape: (height, width, channels), see `kgan.networks.style_synthesis`.
        latent_dim, style_dim: coordinates of z and of w; 512 in the paper.
        channel_base, channel_max: see `kgan.networks.style_synthesis`.
        depth: layers of the mapping network; 8 in the paper.
        classes: the number of classes, for data with labels; None for data without.
        gamma: of R1, at least 0; a number or a schedule. Default: that of `auto` for a
            batch of 32.
        r1_every: steps between two updates by R1.
        path_weight: of the path length; 0 for none.
        path_every, path_shrink, path_decay: steps between two updates by the path
            length; by what its batch is divided; and how far a moves at each.
        mixing: the share of fakes that mix two latents, in [0, 1].
        style_decay: of the mean of w.
        group: of D's minibatch standard deviation. Each replica has whole groups.
        residual: whether D is residual.
        latent_prior: see `kgan.latents.get`.
        seed: integer; fixes initial weights, latents and noise.
        **kwargs: as for `GAN`, except `penalties` and `spaces`.

    Raises:
        ValueError: for an image shape that the networks cannot make, or numbers out of
            range.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (64, 64, 3),
        latent_dim: int = 512,
        style_dim: int = 512,
        channel_base: int = 16384,
        channel_max: int = 512,
        depth: int = 8,
        classes: int | None = None,
        *,
        gamma: Any = None,
        r1_every: int = 16,
        path_weight: float = 2.0,
        path_every: int = 4,
        path_shrink: int = 2,
        path_decay: float = 0.01,
        mixing: float = 0.9,
        style_decay: float = 0.995,
        group: int = 4,
        residual: bool = True,
        latent_prior: Any = "normal",
        seed: int | None = None,
        name: str = "stylegan2",
        **kwargs: Any,
    ) -> None:
        image_shape = tuple(image_shape)
        if gamma is None:
            gamma = auto(image_shape, batch_size=32).options["gamma"]
        _check_shares(mixing=mixing, style_decay=style_decay, path_decay=path_decay)
        if path_weight < 0:
            raise ValueError(
                f"Expected path_weight >= 0. Received: path_weight={path_weight}."
            )
        mapping = style_mapping(latent_dim, style_dim, depth, classes, seed=seed)
        widths = channel_base, channel_max
        synthesis = style_synthesis(image_shape, style_dim, *widths, seed)
        super().__init__(
            style_generator(mapping, synthesis),
            style_discriminator(
                *(image_shape, *widths, group, classes, depth, residual, seed)
            ),
            penalties=[] if gamma == 0 else [Lazy(R1(gamma), r1_every)],
            spaces=[Images(image_shape), *([Labels(classes)] if classes else [])],
            latent_prior=latent_prior,
            seed=seed,
            name=name,
            **kwargs,
        )
        self.layers_of_styles = synthesis.inputs[0].shape[1]
        self.path_weight = float(path_weight)
        self.path_every = check_whole("path_every", path_every)
        self.path_shrink = check_whole("path_shrink", path_shrink)
        self.path_decay, self.mixing, self.style_decay = path_decay, mixing, style_decay
        self.w_mean = self.state("w_mean", np.zeros(style_dim))
        self.path_mean = self.state("path_mean", 0.0)

    # Making images

    def styles_of(
        self,
        latents: Any,
        labels: Any = None,
        training: bool = False,
        network: keras.Model | None = None,
    ) -> Any:
        """w = f(z), [batch, style_dim]; arguments as for `make`."""
        mapping = (network or self.generator).get_layer("mapping")
        return ask(mapping, latents, training, labels=labels)

    def images_of(
        self,
        styles: Any,
        noise: Any,
        training: bool = False,
        network: keras.Model | None = None,
    ) -> Any:
        """g, [batch, *image_shape].

        Args:
            styles: [batch, layers, style_dim], a style for each layer, or [batch,
                style_dim], one for all.
            noise: [batch, pixels of all layers].
            training: whether g runs in training mode.
            network: G, or its average.
        """
        styles, noise = map(ops.convert_to_tensor, (styles, noise))
        if len(styles.shape) == 2:
            styles = ops.repeat(styles[:, None], self.layers_of_styles, axis=1)
        synthesis = (network or self.generator).get_layer("synthesis")
        return synthesis([styles, noise], training=training)

    def make(
        self,
        latents: Any,
        labels: Any = None,
        training: bool = False,
        network: keras.Model | None = None,
    ) -> Any:
        w = self.styles_of(latents, labels, training, network)
        return self._drawn(w, labels, training, network)

    def mixed(self, w: Any, labels: Any = None) -> Any:
        """A style for each layer, for some examples those of another latent from a
        random layer on.

        Args:
            w: [batch, style_dim].
            labels: [batch], or None.

        Returns:
            [batch, layers, style_dim].
        """
        rows, layers = ops.shape(w)[0], self.layers_of_styles
        w = ops.repeat(w[:, None], layers, axis=1)
        if not self.mixing:
            return w
        other = self.styles_of(self.sample_latents(rows), labels, training=True)
        change = 1 + self.draws.integers((rows,), layers - 1)
        mixes = self.draws.uniform((rows,)) < self.mixing
        change = tf.where(mixes, change, layers)
        own = tf.range(layers)[None] < change[:, None]
        return tf.where(own[..., None], w, other[:, None])

    def noise(self, rows: Any) -> Any:
        """N(0, 1) for each pixel of each layer, of this replica's rows."""
        return self.draws.normal((rows, self._pixels))

    @property
    def _pixels(self):
        return self.generator.inputs[-1].shape[1]

    def _drawn(self, w: Any, labels: Any, training: bool, network: Any = None):
        rows = ops.shape(w)[0]
        if training:
            styles = self.mixed(w, labels)
            return self.images_of(styles, self.noise(rows), True, network)
        return self.images_of(w, self.usual_noise(ops.ones((rows,))), False, network)

    def usual_noise(self, strength: Any) -> Any:
        """The noise of a model that is asked, the same for all images.

        Args:
            strength: [n].

        Returns:
            float32 [n, pixels of all layers].
        """
        noise = philox.normal((1, self._pixels), _NOISE_KEY)
        return ops.cast(strength, "float32")[:, None] * noise

    # The game

    def play(self, data: tuple[Any, ...], training: bool) -> StyleBatch:
        real, labels = (*data, None)[:2]
        latents = self.sample_latents(ops.shape(real)[0])
        w = self.styles_of(latents, labels, training)
        fake = self._drawn(w, labels, training)
        return StyleBatch(real, fake, latents, labels, training, w)

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        batch, terms = super().turns(data)
        if self.path_weight:
            loss = self.path_loss
            self.update_every("g", self.path_every, "path_length", loss, batch)
        return batch, terms

    def path_loss(self, batch: StyleBatch) -> tuple[Any, dict[str, Any]]:
        """k weight E[(|J_w^T y| - a)^2], and E[|J_w^T y|] to log.

        Args:
            batch: says how many examples and, by every n-th, of which labels.
        """
        rows, shrink = batch.latents.shape[0], self.path_shrink
        if rows is not None and rows % shrink:
            raise ValueError(
                f"Expected batches divisible by path_shrink={shrink}, on each replica. "
                f"Received: a batch of {rows}."
            )
        # Every n-th, so that the labels of all replicas are those of one.
        labels = None if batch.labels is None else batch.labels[::shrink]
        latents = self.sample_latents(ops.shape(batch.latents)[0] // shrink)
        styles = self.mixed(self.styles_of(latents, labels, True), labels)
        lengths = self.path_lengths(styles)
        excess = tf.reduce_mean((lengths - self.path_mean.value) ** 2)
        loss = self.path_every * self.path_weight * excess
        return loss, {"path_length": tf.reduce_mean(lengths)}

    def path_lengths(self, styles: Any) -> Any:
        """|J_w^T y| of random y, [batch].

        Args:
            styles: [batch, layers, style_dim].
        """
        rows = ops.shape(styles)[0]
        height, width, channels = self.image_shape
        # y ~ N(0, I) / sqrt(height width)
        y = self.draws.normal((rows, height, width, channels))
        y /= math.sqrt(height * width)
        noise = self.noise(rows)
        with tf.GradientTape() as tape:
            tape.watch(styles)
            images = self.images_of(styles, noise, training=True)
            # J^T y = grad (g(w) . y)
            product = tf.reduce_sum(images * tf.cast(y, images.dtype))
        slopes = tf.cast(tape.gradient(product, styles), keras.backend.floatx())
        squares = tf.reduce_mean(tf.reduce_sum(slopes**2, axis=2), axis=1)
        # The root of 0 has an infinite gradient.
        return tf.sqrt(squares + 1e-12)

    def lazy_updates(self) -> dict[str, float]:
        own = {"g": self.path_every} if self.path_weight else {}
        return {**super().lazy_updates(), **own}

    def after_step(self, batch: StyleBatch, terms: dict[str, dict[str, Any]]) -> None:
        super().after_step(batch, terms)
        # w_mean <- d w_mean + (1 - d) E[w]
        d, mean = self.style_decay, self.w_mean.value
        now = tf.reduce_mean(tf.cast(batch.w, mean.dtype), axis=0)
        self.w_mean.assign(d * mean + (1.0 - d) * now)
        if self.path_weight:
            # a <- a + decay (E[|J_w^T y|] - a), after an update by the path length
            a = self.path_mean.value
            length = tf.cast(self.watched.get("path_length", 0.0), a.dtype)
            moved = a + self.path_decay * (length - a)
            # `steps` counts this step too.
            due = (self.steps - 1) % self.path_every == 0
            self.path_mean.assign(tf.where(due, moved, a))

    # Asking

    def truncated(self, w: Any, truncation: Any) -> Any:
        """w_mean + psi (w - w_mean): less variety, and fewer bad images.

        Args:
            w: [n, style_dim].
            truncation: psi [n], 1 for w itself and 0 for the mean.
        """
        mean = ops.cast(self.w_mean.value, w.dtype)
        return mean + ops.cast(truncation, w.dtype)[:, None] * (w - mean)

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`generate`: latents -> images. `mix`: styles of two seeds -> images.
        `styles`: latents -> w, and `synthesis`: w -> images.

        Arguments with a default: `truncation`, psi, 1; `noise`, the strength of the
        noise, 1; and `share`, how far the mixed layers go to the second seed, 1. The
        noise itself is the same in all images.
        """
        network = self.shown(self.generator, averaged)
        return style_endpoints.endpoints_of(self, network, self.labels)

    def mix(
        self,
        seeds: Any,
        seeds_to: Any,
        first: int = 0,
        last: int | None = None,
        share: Any = 1.0,
        **options: Any,
    ) -> np.ndarray:
        """Images of one seed's styles, with another seed's at some layers.

        With `share` from 0 to 1 and all layers it is a straight line in w.

        Args:
            seeds: 32-bit integers [n], those of `generate(1, seed)`.
            seeds_to: integers [n].
            first, last: the layers that take the styles of `seeds_to`, from 0, both
                included: `last` is at most `layers_of_styles` - 1, the default. The
                coarse layers come first.
            share: how far those layers go to `seeds_to`, a number or [n].
            **options: `labels` [n] of a model that takes them, `truncation`, `noise`.

        Returns:
            float32 [n, *image_shape], in [-1, 1].

        Raises:
            ValueError: for layers out of range or in another order, or seeds of another
                number.
        """
        last = self.layers_of_styles - 1 if last is None else last
        if first > last:
            raise ValueError(
                f"Expected first <= last. Received: first={first}, last={last}."
            )
        n = len(seeds)
        given = {"seeds": seeds, "seeds_to": seeds_to, "share": share, **options}
        layers = {"first": [first] * n, "last": [last] * n}
        return self.endpoint("mix")(**given, **layers)["images"]

    def project(self, images: Any, steps: int = 300, **options: Any) -> Projection:
        """The styles whose images are most like given ones, found by optimization.

        A server cannot do this: it holds no gradients. See
        `kgan.models.style_projection.project` for the arguments.
        """
        return project(self, images, steps, **options)

    def perceptual_path_length(
        self, n: int = 1000, seed: int = 0, epsilon: float = 1e-4, **options: Any
    ) -> dict[str, Value]:
        """How fast images change along straight lines in w: see
        `kgan.metrics.PerceptualPathLength`.

        Args:
            n: pairs of latents.
            seed: 32-bit integer; fixes latents and places.
            epsilon: the distance of the two images on a line of length 1.
            **options: `labels` [n] of a model that takes them; others go to the metric.
        """
        labels = {k: options.pop(k) for k in ("labels",) if k in options}
        start, end = (
            self.endpoint("styles").sample(n, s, **labels)["styles"]
            for s in (seed, seed + 1)
        )
        rng = np.random.default_rng(seed)
        t = rng.uniform(size=(n, 1)).astype("float32")
        first, second = (
            self.endpoint("synthesis")(styles=start + at * (end - start))["images"]
            for at in (t, t + np.float32(epsilon))
        )
        metric = PerceptualPathLength(epsilon=epsilon, **options)
        return metric.score(None, second, target=first)

    def pictures(
        self, examples: tuple[Any, ...] | None, n: int = 64, seed: int = 0
    ) -> dict[str, Picture]:
        """Those of `Game.pictures`; and styles mixed, truncated, and with other noise.

        See `kgan.models.style_pictures`.
        """
        return {
            **super().pictures(examples, n, seed),
            "mixing": style_pictures.mixing(self, seed),
            "truncation": style_pictures.truncation(self, seed),
            "noise": style_pictures.noise(self, seed),
        }


class Auto(NamedTuple):
    """Settings by the authors' rules.

    Attributes:
        options: of the constructor of `StyleGAN2`.
        learning_rate: of Adam, with beta_1=0, beta_2=0.99, epsilon=1e-8.
    """

    options: dict[str, Any]
    learning_rate: float


def auto(image_shape: Sequence[int], batch_size: int, replicas: int = 1) -> Auto:
    """The rules `auto` of the authors' code, Karras et al. 2020 (arXiv 2006.06676).

        >>> from kgan.models.stylegan2 import auto
        >>> rules = auto((256, 256, 3), batch_size=64)
        >>> rules.options["gamma"], rules.learning_rate
        (0.2048, 0.0025)

    Args:
        image_shape: (height, width, channels).
        batch_size: of all replicas.
        replicas: how many there are.
    """
    height, width = image_shape[:2]
    large = max(height, width) >= 1024
    # The average forgets half in so many images, or in a twentieth of those seen.
    half_life = batch_size * 10_000 / 32
    ramp = {"start": 0.0, "end": half_life, "images": half_life / 0.05}
    options = {
        "gamma": 0.0002 * height * width / batch_size,
        "ema_half_life": {"name": "linear", **ramp},
        "channel_base": 32768 if max(height, width) >= 512 else 16384,
        "channel_max": 512,
        "depth": 2,
        "group": max(1, min(4, batch_size // replicas)),
    }
    return Auto(options, 0.002 if large else 0.0025)


def _check_shares(**shares: float):
    for name, value in shares.items():
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"Expected {name} in [0, 1]. Received: {name}={value}.")
