"""The fully connected networks of Goodfellow et al. 2014 (arXiv 1406.2661, section 5).

The sizes are those of the authors' MNIST experiment.
"""

import math

import keras
import numpy as np

from kgan import seeds
from kgan.layers import Dropout, Maxout

_OUTPUTS = ("sigmoid", "tanh", "linear")


def mlp_generator(
    image_shape,
    latent_dim=100,
    hidden=(1200, 1200),
    output="sigmoid",
    mean=None,
    seed=None,
):
    """G: latents [batch, latent_dim] -> examples [batch, *image_shape].

    Args:
        image_shape: the shape of one example: an image, or a point (d,).
        latent_dim: coordinates of z.
        hidden: ReLU units of each hidden layer.
        output: "sigmoid", as the paper (a probability a pixel, mapped to [-1, 1] as all
            images are here), "tanh", or "linear" for examples that are no images.
        mean: the data's mean example in [-1, 1], of `image_shape`. If given, the output
            biases start where G(0) is that mean: the paper's "bias from the marginals".
        seed: integer, fixes the initial weights U(-0.05, 0.05).

    Raises:
        ValueError: for another output, one that is not "linear" for points, or a mean
            of another shape.
    """
    if output not in _OUTPUTS:
        raise ValueError(
            f"Expected output to be one of {_OUTPUTS}. Received: output={output!r}."
        )
    if len(image_shape) != 3 and output != "linear":
        raise ValueError(
            f"Expected output='linear' for examples of shape {tuple(image_shape)}, "
            f"which are no images in [-1, 1]. Received: output={output!r}."
        )
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
        # Not by an initializer, which copies and files of the network would hold too.
        to_image.bias.assign(_bias(mean, image_shape, output))
    x = layers.Reshape(image_shape, name="reshape")(x)
    x = layers.Activation(output, dtype=keras.config.floatx(), name="images")(x)
    if output == "sigmoid":
        # [0, 1] -> [-1, 1]
        x = layers.Rescaling(2.0, -1.0, dtype=keras.config.floatx(), name="rescale")(x)
    return keras.Model(z, x, name="generator")


def maxout_discriminator(
    image_shape, hidden=(240, 240), pieces=5, dropout=(0.2, 0.5), unit=True, seed=None
):
    """D: examples [batch, *image_shape] -> logits [batch, 1].

    Args:
        image_shape: the shape of one example.
        hidden: maxout units of each hidden layer.
        pieces: linear pieces a unit.
        dropout: the rates on the input and after each hidden layer.
        unit: whether to map [-1, 1] to the [0, 1] that the paper's D sees.
        seed: integer, fixes the initial weights U(-0.005, 0.005) and dropout.
    """
    layers = keras.layers
    uniform = _uniform(seed, "discriminator", 0.005)
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


def _bias(mean, image_shape, output):
    """The biases for which the output function of 0 weights gives `mean`."""
    mean = np.asarray(mean, "float64")
    if mean.shape != tuple(image_shape):
        raise ValueError(
            f"Expected mean of shape {tuple(image_shape)}. Received: {mean.shape}."
        )
    if output != "linear":
        # Marginals of 0 and 1 have infinite log-odds.
        mean = np.clip(mean, -1.0 + 2e-2, 1.0 - 2e-2)
        mean = np.arctanh(mean)
        if output == "sigmoid":
            # 2 sigmoid(b) - 1 = tanh(b / 2)
            mean = 2.0 * mean
    return mean.ravel()


def _uniform(seed, purpose, limit):
    for s in seeds.stream(seed, purpose):
        yield keras.initializers.RandomUniform(-limit, limit, seed=s)
