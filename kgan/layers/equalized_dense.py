"""A dense layer with an equalized learning rate."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.layers.equalized import Equalized
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class EqualizedDense(Equalized):
    """Dense, with weights that are scaled in each pass, see `Equalized`.

        >>> layer = kgan.layers.EqualizedDense(3, rate=0.01, seed=0)
        >>> layer(np.ones((2, 4))).shape
        TensorShape([2, 3])
        >>> layer.factor
        0.005

    Args:
        units: outputs, at least 1.
        **kwargs: as for `Equalized`.

    Shapes: [batch, inputs] -> [batch, units].

    Raises:
        ValueError: for units below 1, or as `Equalized`.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = check_whole("units", units)

    def build(self, input_shape: Any) -> None:
        self.add_kernel((input_shape[-1], self.units))

    def call(self, inputs: Any) -> Any:
        x = ops.matmul(inputs, self.scaled_kernel(self.output_gain))
        return self.activated(self.with_bias(x))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {"units": self.units, **super().get_config()}
