"""Weights whose learning rate does not depend on the size of a layer."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from kgan.system.checks import check_positive

_SLOPE = 0.2


class Equalized(keras.layers.Layer):
    """What layers with an equalized learning rate have in common.

    Karras et al. 2017 (arXiv 1710.10196, section 4.1): weights are stored as
    N(0, 1) / m, and a pass multiplies them by

        c = m / sqrt(fan in),

    so that they have He's deviation at the start. An optimizer that, as Adam, makes
    steps of the size of its rate moves all stored weights alike: the weights of a pass
    move by c times the step, in each layer by the same share of their size. m < 1 makes
    a layer slower.

    The leaky ReLU has slope 0.2, and a gain of sqrt(2) that keeps the variance. A
    leaky ReLU scales with its input, so that the gain is a factor of weights and bias,
    and no further pass over the signals.

    Args:
        activation: "linear" or "leaky_relu".
        use_bias: whether the layer adds a bias.
        bias: the bias of a pass at the start.
        rate: m, above 0; 0.01 in StyleGAN's mapping network.
        gain: a further factor of the output, above 0.
        seed: integer; fixes the initial weights.
        **kwargs: as for `keras.layers.Layer`.

    Raises:
        ValueError: for another activation, or factors that are not above 0.
    """

    def __init__(
        self,
        activation: str = "linear",
        use_bias: bool = True,
        bias: float = 0.0,
        rate: float = 1.0,
        gain: float = 1.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if activation not in ("linear", "leaky_relu"):
            raise ValueError(
                "Expected activation 'linear' or 'leaky_relu'. "
                f"Received: activation={activation!r}."
            )
        self.activation, self.use_bias = activation, use_bias
        self.initial_bias = float(bias)
        self.rate = check_positive("rate", rate)
        self.gain = check_positive("gain", gain)
        self.seed = seed

    def add_kernel(self, shape: tuple[int, ...]) -> None:
        """Makes the weights `kernel` [..., inputs, outputs], and `bias` [outputs]."""
        normal = keras.initializers.RandomNormal(0.0, 1.0 / self.rate, seed=self.seed)
        self.kernel = self.add_weight(shape=shape, initializer=normal, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(
                shape=shape[-1:],
                initializer=keras.initializers.Constant(self.initial_bias / self.rate),
                name="bias",
            )

    @property
    def factor(self) -> float:
        """c, of a pass."""
        return self.rate / math.sqrt(math.prod(self.kernel.shape[:-1]))

    @property
    def output_gain(self) -> float:
        """`gain`, with that of the activation."""
        return self.gain * (math.sqrt(2.0) if self.activation != "linear" else 1.0)

    def scaled_kernel(self, gain: float = 1.0) -> Any:
        """The weights of a pass, times `gain`."""
        return ops.convert_to_tensor(self.kernel) * (self.factor * gain)

    def with_bias(self, x: Any) -> Any:
        """x, with the bias of a pass, times the gain, added."""
        if not self.use_bias:
            return x
        factor = self.rate * self.output_gain
        return x + ops.convert_to_tensor(self.bias) * factor

    def activated(self, x: Any) -> Any:
        """x after the activation; its gain is in x."""
        if self.activation == "linear":
            return x
        return ops.leaky_relu(x, negative_slope=_SLOPE)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "activation": self.activation,
            "use_bias": self.use_bias,
            "bias": self.initial_bias,
            "rate": self.rate,
            "gain": self.gain,
            "seed": self.seed,
        }
