import math

import keras
import numpy as np
import pytest

import kgan
from kgan.core.ranges import check_logits, check_reaches, output_range

layers, ops = keras.layers, keras.ops


def network(*end, units=4, shape=(3,)):
    """A dense layer, and what comes behind it."""
    x = keras.Input(shape)
    y = layers.Dense(units, name="dense")(x)
    for layer in end:
        y = layer(y)
    return keras.Model(x, y, name="network")


def generator(*end):
    return network(*end, layers.Reshape((2, 2, 1)))


@pytest.mark.parametrize(
    ("end", "cause", "name"),
    [
        (layers.Activation("sigmoid", name="last"), "sigmoid", "last"),
        (layers.Dense(1, activation="sigmoid", name="last"), "sigmoid", "last"),
        (layers.Softmax(name="last"), "softmax", "last"),
        (
            keras.Sequential([layers.Dense(2, "sigmoid", name="last")]),
            "sigmoid",
            "last",
        ),
    ],
)
def test_probabilities_are_refused(end, cause, name):
    message = f"{cause} of the layer '{name}'. Remove this {cause}"
    with pytest.raises(ValueError, match=message):
        check_logits(network(end))
    with pytest.raises(ValueError, match=message):
        kgan.GAN(network(), network(end, shape=(4,)))


def test_operations_and_layers_of_ones_own():
    with pytest.raises(ValueError, match="ends in the sigmoid"):
        check_logits(network(ops.sigmoid, layers.Flatten()))

    class Opaque(layers.Layer):
        def call(self, x):
            return ops.sigmoid(x)

    with pytest.raises(ValueError, match="sigmoid of the layer 'hidden'"):
        check_logits(network(Opaque(name="hidden")))


def test_logits_pass():
    class Halved(layers.Layer):
        def call(self, x):
            return x / 2

    zero = layers.Dense(1, kernel_initializer="zeros", name="zero")
    for end in (zero, Halved(), layers.LeakyReLU(), lambda x: 0.5 * x):
        check_logits(network(end))


@pytest.mark.parametrize(
    ("end", "low", "high"),
    [("sigmoid", 0, 1), ("relu", 0, math.inf), ("softmax", 0, 1)],
)
def test_generators_that_cannot_reach_the_pixels(end, low, high):
    made = generator(layers.Activation(end, name="last"))
    assert output_range(made)[:2] == (low, high)
    message = rf"from -1 to 1.*{end} of the layer 'last', and gives {low} to {high:g}"
    with pytest.raises(ValueError, match=message):
        x = keras.Input((2, 2, 1))
        kgan.GAN(made, keras.Model(x, layers.Dense(1)(layers.Flatten()(x))))


def test_generators_that_reach_them():
    images = kgan.spaces.Images((2, 2, 1))
    unit = [layers.Activation("sigmoid"), layers.Rescaling(2.0, -1.0)]
    assert output_range(generator(*unit))[:2] == (-1.0, 1.0)
    for end in (unit, [layers.Activation("tanh")], [layers.Activation("elu")], []):
        check_reaches(generator(*end), images)
    # The data of other spaces decide their range.
    check_reaches(network(layers.ReLU()), kgan.spaces.Points(4))


def test_half_of_the_range_is_not_enough():
    half = [layers.Activation("tanh"), layers.Rescaling(0.5)]
    assert output_range(generator(*half))[:2] == (-0.5, 0.5)
    with pytest.raises(ValueError, match=r"gives -0\.5 to 0\.5"):
        check_reaches(generator(*half), kgan.spaces.Images((2, 2, 1)))
    assert np.abs(generator(*half)(np.full((1, 3), 1e4))).max() <= 0.5
