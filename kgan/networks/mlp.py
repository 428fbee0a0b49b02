"""The fully connected networks of Goodfellow et al. 2014 (arXiv 1406.2661, section 5).

The default sizes are those of the authors' MNIST experiment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from kgan.layers import Dropout, Maxout
from kgan.random import seeds
from kgan.system.checks import check_mean, check_sizes, check_whole

_OUTPUTS = ("sigmoid", "tanh", "linear")


def mlp_generator(
    image_shape: Sequence[int],
    latent_dim: int = 100,
    hidden: Sequence[int] = (1200, 1200),
    output: str = "sigmoid",
    mean: Any = None,
    seed: int | None = None,
) -> keras.Model:
    """G: latents [batch, latent_dim] -> examples [batch, *image_shape].

        >>> generator = kgan.networks.mlp_generator((28, 28, 1), 4, hidden=(8,))
        >>> generator(np.zeros((3, 4))).shape
        TensorShape([3, 28, 28, 1])

    Args:
        image_shape: the shape of one example: an image, or a point (d,).
        latent_dim: coordinates of z.
        hidden: ReLU units of each hidden layer.
        output: "sigmoid" as in the paper (one probability per pixel, mapped to
            [-1, 1], the range of images here), "tanh", or "linear" for examples that
            are not images.
        mean: the mean example of the data in [-1, 1], of `image_shape`. If given, the
            initial output biases make G(0) that mean: the paper's "bias from the
            marginals".
        seed: integer, fixes the initial weights U(-0.05, 0.05).

    Returns:
        `keras.Model` with float32 outputs, in [-1, 1] unless `output` is "linear".

    Raises:
        ValueError: for another output, sizes below 1, or a mean of another shape.
    """
    if output not in _OUTPUTS:
        raise ValueError(
            f"Expected output to be one of {_OUTPUTS}. Received: output={output!r}."
        )
    check_whole("latent_dim", latent_dim)
    check_sizes("generator_hidden", hidden)
    layers = keras.layers
    uniform = _uniform(seed, "generator", 0.05)
    z = layers.Input((latent_dim,), name="latents")
    x = z
    for i, units in enumerate(hidden, 1):
        x = layers.Dense(
            units,
            activation="relu",
            kernel_initializer=next(uniform),
            name=f"hidden{i}",
        )(x)
    to_image = layers.Dense(
        math.prod(image_shape), kernel_initializer=next(uniform), name="to_image"
    )
    x = to_image(x)
    if mean is not None:
        # Not by an initializer, because the network's config would contain the mean.
        to_image.bias.assign(_bias(mean, image_shape, output))
    x = layers.Reshape(image_shape, name="reshape")(x)
    x = layers.Activation(output, dtype=keras.config.floatx(), name="images")(x)
    if output == "sigmoid":
        # [0, 1] -> [-1, 1]
        x = layers.Rescaling(2.0, -1.0, dtype=keras.config.floatx(), name="rescale")(x)
    return keras.Model(z, x, name="generator")


def maxout_discriminator(
    image_shape: Sequence[int],
    hidden: Sequence[int] = (240, 240),
    pieces: int = 5,
    dropout: tuple[float, float] = (0.2, 0.5),
    unit: bool = True,
    seed: int | None = None,
    initial: float = 0.005,
) -> keras.Model:
    """D: examples [batch, *image_shape] -> logits [batch, 1].

        >>> discriminator = kgan.networks.maxout_discriminator((28, 28, 1), (8,))
        >>> discriminator(images).shape
        TensorShape([64, 1])

    Args:
        image_shape: the shape of one example.
        hidden: maxout units of each hidden layer.
        pieces: linear pieces per unit.
        dropout: the rates in [0, 1) on the input and after each hidden layer.
        unit: whether to map [-1, 1] to [0, 1], the range of the paper's D.
        seed: integer, fixes the initial weights and dropout.
        initial: of the initial weights U(-initial, initial); 0.005 in the paper.

    Returns:
        `keras.Model` with float32 logits.

    Raises:
        ValueError: for sizes or pieces below 1.
    """
    check_sizes("discriminator_hidden", hidden)
    layers = keras.layers
    uniform = _uniform(seed, "discriminator", initial)
    masks = seeds.stream(seed, "dropout")
    on_input, on_hidden = dropout
    examples = layers.Input(image_shape, name="images")
    x = layers.Flatten(name="flatten")(examples)
    if unit:
        x = layers.Rescaling(0.5, 0.5, name="rescale")(x)
    x = Dropout(on_input, seed=next(masks), name="input_dropout")(x)
    for i, units in enumerate(hidden, 1):
        maxout = Maxout(units, pieces, next(uniform), name=f"maxout{i}")
        x = maxout(x)
        x = Dropout(on_hidden, seed=next(masks), name=f"dropout{i}")(x)
    x = layers.Dense(
        1, kernel_initializer=next(uniform), dtype=keras.config.floatx(), name="logits"
    )(x)
    return keras.Model(examples, x, name="discriminator")


def mlp(
    size_in: int,
    size_out: int,
    hidden: Sequence[int],
    seed: int | None = None,
    name: str = "mlp",
) -> keras.Model:
    """A perceptron of tanh units: [batch, size_in] -> [batch, size_out], linear.

        >>> network = kgan.networks.mlp(1, 1, hidden=(8, 8), seed=0)
        >>> network.count_params()
        97

    Args:
        size_in, size_out: coordinates of the input and of the output.
        hidden: units of each hidden layer; empty for a linear map.
        seed: integer; fixes the initial weights, those of Glorot and Bengio 2010.
        name: of the network, and the purpose of its seeds.

    Raises:
        ValueError: for sizes below 1.
    """
    check_whole("size_in", size_in)
    check_whole("size_out", size_out)
    initial = glorot(seed, name)
    inputs = keras.layers.Input((size_in,))
    x = tanh_layers(inputs, hidden, initial)
    floatx = keras.config.floatx()
    x = keras.layers.Dense(
        size_out, kernel_initializer=next(initial), dtype=floatx, name="output"
    )(x)
    return keras.Model(inputs, x, name=name)


def tanh_layers(x: Any, hidden: Sequence[int], initial: Iterator[Any]) -> Any:
    """Fully connected layers of tanh units behind a tensor.

    Args:
        x: [batch, d].
        hidden: units of each layer; empty for none.
        initial: of the weights, see `glorot`.

    Raises:
        ValueError: for sizes below 1.
    """
    for i, units in enumerate(hidden, 1):
        x = keras.layers.Dense(
            check_whole("each of hidden", units),
            activation="tanh",
            kernel_initializer=next(initial),
            name=f"hidden{i}",
        )(x)
    return x


def glorot(seed: int | None, purpose: str) -> Iterator[Any]:
    """Initializers of Glorot and Bengio 2010, one per layer.

    Args:
        seed: integer, fixes the weights.
        purpose: see `kgan.random.seeds.stream`.
    """
    for s in seeds.stream(seed, purpose):
        yield keras.initializers.GlorotUniform(seed=s)


def _bias(mean: Any, image_shape: Sequence[int], output: str):
    """The biases with which the output is `mean` where the input of the layer is 0."""
    mean = check_mean(mean, image_shape)
    if output != "linear":
        # Clipped, because the log-odds of 0 and 1 are infinite.
        mean = np.clip(mean, -1.0 + 2e-2, 1.0 - 2e-2)
        mean = np.arctanh(mean)
        if output == "sigmoid":
            # 2 sigmoid(b) - 1 = tanh(b / 2)
            mean = 2.0 * mean
    return mean.ravel()


def _uniform(seed: int | None, purpose: str, limit: float):
    for s in seeds.stream(seed, purpose):
        yield keras.initializers.RandomUniform(-limit, limit, seed=s)
