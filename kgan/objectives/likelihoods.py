"""Likelihoods p(x | z) of images, given what a decoder says, in nats per image.

A decoder gives numbers without an output function. A `Likelihood` says what they mean:
logits of pixels that are on or off, or means of Gaussians.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.random import philox
from kgan.spaces import Images, Space, to_uint8
from kgan.system.registry import Configured, resolve

# The logit of a pixel that is on in one of 1,000 images is finite, and large enough.
_LIGHTEST = 0.998
BINARIZATIONS = (None, "static", "stochastic")


class Likelihood(Configured):
    """How likely an example is where a decoder gives `outputs`.

    >>> likelihood = kgan.likelihoods.get("bernoulli")
    >>> likelihood.log_prob(images, np.zeros_like(images)).shape
    TensorShape([64])

    Attributes:
        probability_of: what `log_prob` is the log of a probability of, outside of
            training, in words. None where it is no probability, but a density, or a
            loss: then it bounds nothing that is comparable between models.
    """

    probability_of: str | None = None

    def check_space(self, space: Space) -> None:
        """Raises ValueError if examples of a space cannot have this likelihood."""

    def observe(self, examples: Any, uniform: Callable[..., Any] | None = None) -> Any:
        """The examples as the model observes them.

        Args:
            examples: [batch, ...], images in [-1, 1].
            uniform: shape -> fresh numbers from U(0, 1); None outside of training
                steps, where the same example is observed the same each time.

        Returns:
            Of the shape and range of `examples`.
        """
        return examples

    def log_prob(self, examples: Any, outputs: Any) -> Any:
        """log p(x | z) [batch], in nats.

        Args:
            examples: x [batch, ...], as `observe` returns them.
            outputs: what the decoder says of z, of the same shape.
        """
        raise NotImplementedError

    def mean(self, outputs: Any) -> Any:
        """The mean of p(x | z), of the shape of `outputs`; images in [-1, 1]."""
        raise NotImplementedError

    def outputs_of(self, mean: Any) -> np.ndarray:
        """Outputs whose `mean` this is, but for pixels that are always black or white.

        Args:
            mean: an array, of images in [-1, 1].
        """
        raise NotImplementedError


@keras.saving.register_keras_serializable("kgan")
class Bernoulli(Likelihood):
    """Pixels that are on or off, given the logits l of being on.

    With t = (x + 1) / 2 in [0, 1] (arXiv 1312.6114, appendix C.1),

        log p(x | z) = sum_i t_i log sigmoid(l_i) + (1 - t_i) log(1 - sigmoid(l_i))
                     = sum_i t_i l_i - softplus(l_i)

    This is the log of a probability only where t is 0 or 1. Gray pixels become such by
    binarization: on with probability t.

        >>> black, logits = -np.ones((1, 28, 28, 1)), np.zeros((1, 28, 28, 1))
        >>> log_p = kgan.likelihoods.Bernoulli().log_prob(black, logits)
        >>> round(float(log_p[0]), 2), round(784 * np.log(0.5), 2)
        (-543.43, np.float64(-543.43))

    Args:
        binarization: "stochastic": a new draw each time that an image is seen in
            training (Burda et al. 2015, arXiv 1509.00519), and one fixed draw per image
            elsewhere; "static": one fixed draw per image everywhere, as in the set of
            Salakhutdinov and Murray 2008, whose own draws are others; None: gray pixels
            stay gray. A fixed draw is decided by the pixels of the image.

    Raises:
        ValueError: for another binarization.
    """

    def __init__(self, binarization: str | None = None) -> None:
        if binarization not in BINARIZATIONS:
            raise ValueError(
                "Expected binarization 'static', 'stochastic' or None. "
                f"Received: binarization={binarization!r}."
            )
        self.binarization = binarization
        # Outside of training, "static" and "stochastic" observe the same draw.
        if binarization is not None:
            self.probability_of = "pixels on or off, one fixed draw per image"

    def check_space(self, space: Space) -> None:
        if not isinstance(space, Images):
            raise ValueError(
                "Expected images for a Bernoulli likelihood, whose targets are in "
                f"[0, 1]. Received: {space.describe()}. Choose "
                "likelihood='gaussian'."
            )

    def observe(self, examples: Any, uniform: Callable[..., Any] | None = None) -> Any:
        if self.binarization is None:
            return examples
        if self.binarization == "stochastic" and uniform is not None:
            limits = uniform(keras.ops.shape(examples))
        else:
            limits = philox.uniform_of(to_uint8(examples))
        on = 2.0 * tf.cast(limits, examples.dtype) - 1.0 < examples
        return tf.where(on, tf.ones_like(examples), -tf.ones_like(examples))

    def log_prob(self, examples: Any, outputs: Any) -> Any:
        targets = (examples + 1.0) / 2.0
        return _sum(targets * outputs - keras.ops.softplus(outputs))

    def mean(self, outputs: Any) -> Any:
        # 2 sigmoid(l) - 1 = tanh(l / 2)
        return keras.ops.tanh(outputs / 2.0)

    def outputs_of(self, mean: Any) -> np.ndarray:
        return 2.0 * np.arctanh(np.clip(mean, -_LIGHTEST, _LIGHTEST))

    def get_config(self) -> dict[str, Any]:
        return {"binarization": self.binarization}


@keras.saving.register_keras_serializable("kgan")
class Gaussian(Likelihood):
    """Numbers with independent Gaussian noise, given their means m.

        log p(x | z) = -|x - m|^2 / (2 variance) - (D / 2) log(2 pi variance)

    for x of D numbers, images in [-1, 1]. A density: its log may be above 0.

        >>> x = np.ones((1, 2), "float32")
        >>> log_p = kgan.likelihoods.Gaussian(0.5).log_prob(x, np.zeros_like(x))
        >>> round(float(log_p[0]), 3), round(-2.0 - np.log(np.pi), 3)
        (-3.145, np.float64(-3.145))

    Args:
        variance: of each number, above 0. With 1/2, -log p is the squared error and a
            constant.

    Raises:
        ValueError: for another variance.
    """

    def __init__(self, variance: float = 0.5) -> None:
        if not 0.0 < variance < math.inf:
            raise ValueError(
                "Expected a finite variance > 0. Received: "
                f"variance={variance}. Images have values in [-1, 1]."
            )
        self.variance = float(variance)

    def log_prob(self, examples: Any, outputs: Any) -> Any:
        constant = math.log(2.0 * math.pi * self.variance)
        squared = keras.ops.square(examples - outputs)
        return -0.5 * _sum(squared / self.variance + constant)

    def mean(self, outputs: Any) -> Any:
        return outputs

    def outputs_of(self, mean: Any) -> np.ndarray:
        return np.asarray(mean)

    def get_config(self) -> dict[str, Any]:
        return {"variance": self.variance}


def _sum(numbers: Any):
    """[batch, ...] -> [batch]"""
    return keras.ops.sum(numbers, axis=tuple(range(1, len(numbers.shape))))


_LIKELIHOODS = {
    "bernoulli": Bernoulli,
    "bernoulli_static": lambda: Bernoulli("static"),
    "bernoulli_stochastic": lambda: Bernoulli("stochastic"),
    "gaussian": Gaussian,
}


def get(identifier: Any) -> Likelihood:
    """The likelihood that `identifier` means.

    >>> kgan.likelihoods.get("bernoulli_static").binarization
    'static'

    Args:
        identifier: "bernoulli", "bernoulli_static", "bernoulli_stochastic", "gaussian",
            a config, or a `Likelihood`.

    Raises:
        ValueError: if it is none of these; see `kgan.registry.resolve`.
    """
    return resolve(identifier, Likelihood, _LIKELIHOODS)
