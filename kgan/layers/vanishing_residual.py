"""A residual connection that vanishes."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class VanishingResidual(keras.layers.Layer):
    """carry x + (1 - carry) f(x), where carry falls from 1 to 0 as a game trains.

    The vanishing residuals of BEGAN (Berthelot et al. 2017, arXiv 1703.10717, section
    3.5): gradients first go past the layer f, and at last through it alone. `Game`
    moves `carry` once per update of the player whose network this is.

        >>> residual = kgan.layers.VanishingResidual(steps=4)
        >>> residual.before_update()
        >>> float(residual([np.ones((1, 2)), np.zeros((1, 2))])[0, 0])
        0.75

    Args:
        steps: the number of updates until `carry` is 0, at least 1; 16,000 in the
            paper.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: ([batch, ...], [batch, ...]), the input x and f(x) -> the same shape.

    Raises:
        ValueError: for steps below 1; when called, for two shapes.
    """

    def __init__(self, steps: int = 16_000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.steps = check_whole("steps", steps)
        self.carry = self.add_weight(
            shape=(), initializer="ones", trainable=False, name="carry"
        )
        self.built = True

    def before_update(self) -> None:
        """Lets `carry` fall by one step, see `Game.record`."""
        self.carry.assign(ops.maximum(self.carry - 1.0 / self.steps, 0.0))

    def call(self, inputs: Any) -> Any:
        x, y = inputs
        if tuple(x.shape) != tuple(y.shape):
            raise ValueError(
                "Expected x and f(x) of one shape. Received: "
                f"{tuple(x.shape)} and {tuple(y.shape)}."
            )
        carry = ops.cast(self.carry, y.dtype)
        return carry * x + (1.0 - carry) * y

    def compute_output_shape(self, input_shape: Any) -> Any:
        return tuple(input_shape[0])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "steps": self.steps}
