"""The last layer of a SAN."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan")
class SlicedDense(keras.layers.Layer):
    """The head of a slicing adversarial network: logits along a unit vector w.

    Takida et al. 2023, "SAN: inducing metrizability of GANs" (arXiv 2301.12811). Two
    columns have the same value and other gradients:

        <h, stop(w)>   the features h learn, w does not;
        <stop(h), w>   w learns, the features do not.

    `kgan.losses.Sliced` gives each its loss. w is normalized in each pass.

        >>> head = kgan.layers.SlicedDense(seed=0)
        >>> logits = head(np.ones((2, 4)))
        >>> logits.shape, bool(np.all(logits[:, 0] == logits[:, 1]))
        (TensorShape([2, 2]), True)

    Args:
        seed: integer; fixes the initial direction.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, d] -> [batch, 2], of Keras' float type.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        # Logits are not in bfloat16.
        super().__init__(**{"dtype": keras.config.floatx(), **kwargs})
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        self.direction = self.add_weight(
            shape=(input_shape[-1], 1),
            initializer=keras.initializers.RandomNormal(stddev=1.0, seed=self.seed),
            name="direction",
        )

    def call(self, inputs: Any) -> Any:
        direction = ops.convert_to_tensor(self.direction)
        w = direction / ops.maximum(ops.norm(direction), 1e-12)
        of_features = ops.matmul(inputs, ops.stop_gradient(w))
        of_direction = ops.matmul(ops.stop_gradient(inputs), w)
        return ops.concatenate([of_features, of_direction], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], 2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
