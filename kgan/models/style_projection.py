"""Which styles make a given image."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.perceptual import Perceptual
from kgan.random import philox
from kgan.system.checks import check_positive, check_whole

if TYPE_CHECKING:
    from kgan.models.stylegan2 import StyleGAN2

# Latents by which the deviation of w is measured.
_LATENTS = 1000
# The shares of the steps in which the rate rises and falls, and in which w is noisy.
_RISE, _FALL, _NOISY = 0.05, 0.25, 0.75


class Projection(NamedTuple):
    """Images, as a generator can make them.

    Attributes:
        styles: w, float32 [n, style_dim], or [n, layers, style_dim].
        images: of these styles, float32 [n, *image_shape] in [-1, 1].
        distances: of each image from its target, float32 [n].
    """

    styles: np.ndarray
    images: np.ndarray
    distances: np.ndarray


def project(
    model: StyleGAN2,
    images: Any,
    steps: int = 300,
    *,
    rate: float = 0.1,
    noise: float = 0.05,
    features: Any = "color",
    pixels: float = 0.0,
    each_layer: bool = False,
    seed: int = 0,
) -> Projection:
    """Finds w by Adam: Karras et al. 2019 (arXiv 1912.04958, appendix D).

    From the mean of w on, each step descends the perceptual distance of the image from
    its target. The rate rises for 5 % of the steps and falls for 25 %; until 75 % of
    the steps, w has noise of `noise` times its deviation, which fades, so that it does
    not stay near its start. Unlike the paper's, the noise of the pixels stays as it is.

    Args:
        model: whose averaged generator, if there is one, makes the images.
        images: the targets [n, *image_shape], uint8 or in [-1, 1].
        steps: at least 1; 1,000 in the paper.
        rate: of Adam, above 0.
        noise: at first, in deviations of w.
        features: of the distance, see `kgan.metrics.perceptual.Perceptual`: "color",
            the network in the package; "lpips" as in the paper, but of AlexNet.
        pixels: the weight of the mean square of the pixels beside it.
        each_layer: whether each layer has a style of its own. Images come closer, and
            their styles are further from those that G has learned to draw.
        seed: integer; fixes the noise.

    Returns:
        A `Projection`.

    Raises:
        ValueError: for images of another size, or numbers out of range.
    """
    check_whole("steps", steps)
    check_positive("rate", rate)
    space = model.examples
    targets = space.from_public(tf.convert_to_tensor(images))
    space.check_known(targets)
    distance = _Distance(Perceptual(features), pixels)
    network = model.shown(model.generator)
    mean, deviation = _spread(model)
    shape = (len(targets), *([model.layers_of_styles] if each_layer else []), len(mean))
    w = keras.Variable(np.broadcast_to(mean, shape), dtype="float32", name="w")
    optimizer = keras.optimizers.Adam(rate, beta_1=0.9, beta_2=0.999)
    optimizer.build([w])
    strength = tf.ones([len(targets)])

    def drawn(styles: Any):
        usual = model.usual_noise(strength)
        return model.images_of(styles, usual, network=network)

    @tf.function(autograph=False)
    def step(i: Any):
        t = tf.cast(i, "float32") / steps
        rise, fall = tf.minimum(t / _RISE, 1.0), tf.minimum((1.0 - t) / _FALL, 1.0)
        optimizer.learning_rate.assign(rate * rise * 0.5 * (1 - tf.cos(math.pi * fall)))
        faded = noise * deviation * tf.maximum(0.0, 1.0 - t / _NOISY) ** 2
        e = philox.normal(shape, tf.stack([seed, i]))
        with tf.GradientTape() as tape:
            made = drawn(w + faded * e)
            # The sum over the images, so that the steps of one do not depend on others.
            loss = len(targets) * distance(targets, made)
        optimizer.apply(tape.gradient(loss, [w.value]), [w])

    for i in range(steps):
        step(tf.constant(i))
    made = tf.clip_by_value(tf.cast(drawn(w.value), "float32"), -1.0, 1.0)
    apart = [
        float(distance(targets[i : i + 1], made[i : i + 1])) for i in range(len(made))
    ]
    return Projection(w.numpy(), made.numpy(), np.array(apart, "float32"))


class _Distance:
    """Of batches of images, a scalar."""

    def __init__(self, perceptual: Perceptual, pixels: float) -> None:
        self.perceptual, self.pixels = perceptual, pixels

    def __call__(self, target: Any, fake: Any) -> Any:
        fake = tf.cast(fake, target.dtype)
        apart = self.perceptual(target, fake)
        if self.pixels:
            apart += self.pixels * tf.reduce_mean((target - fake) ** 2)
        return apart


def _spread(model: StyleGAN2):
    """The mean of w, and the root of the mean of its squared distance per coordinate.

    The mean over the labels too, where the model takes them.
    """
    endpoint = model.endpoint("styles")
    given = {name: endpoint.takes[name].request(_LATENTS) for name in endpoint.given}
    styles = endpoint.sample(_LATENTS, 0, **given)["styles"]
    mean = styles.mean(axis=0)
    return mean, float(np.sqrt(np.mean((styles - mean) ** 2)))
