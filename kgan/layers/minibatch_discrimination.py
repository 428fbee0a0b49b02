"""Minibatch discrimination."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.layers.groups import in_groups
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class MinibatchDiscrimination(keras.layers.Layer):
    """Features that say how near an example is to the others of its group.

    Salimans et al. 2016, "Improved techniques for training GANs" (arXiv 1606.03498,
    section 3.2). With learned matrices M_i = f(x_i) T [features, dims],

        o(x_i)_b = sum over j of exp(-|M_ib - M_jb|_1),

    j = i included, as in the paper, is added to f(x_i). The paper compares with the
    whole batch; here with groups of consecutive examples, so that replicas with whole
    groups compute what one device does.

        >>> layer = kgan.layers.MinibatchDiscrimination(features=3, group=2)
        >>> layer(np.ones((4, 8)))[0, 8:].numpy().tolist()
        [2.0, 2.0, 2.0]

    Args:
        features: B, the number of new features.
        dims: C, the numbers that each of them compares.
        group: examples per group, at least 1.
        seed: integer; fixes the initial weights.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, a] -> [batch, a + features].

    Raises:
        ValueError: for sizes below 1; when called, for a batch that is not divisible by
            `group`.
    """

    def __init__(
        self,
        features: int = 50,
        dims: int = 5,
        group: int = 16,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.features = check_whole("features", features)
        self.dims = check_whole("dims", dims)
        self.group = check_whole("group", group)
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.features * self.dims),
            initializer=keras.initializers.GlorotUniform(seed=self.seed),
            name="kernel",
        )

    def call(self, inputs: Any) -> Any:
        matrices = ops.matmul(inputs, self.kernel)
        matrices = ops.reshape(matrices, (-1, self.features, self.dims))
        # In float32, because bfloat16 has 8 bits of mantissa.
        groups = ops.cast(in_groups(matrices, self.group), self.variable_dtype)
        differences = ops.expand_dims(groups, 2) - ops.expand_dims(groups, 1)
        distances = ops.sum(ops.abs(differences), axis=-1)  # [n, i, j, features]
        near = ops.sum(ops.exp(-distances), axis=2)
        near = ops.reshape(near, (-1, self.features))
        return ops.concatenate([inputs, ops.cast(near, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], input_shape[-1] + self.features)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "features": self.features,
            "dims": self.dims,
            "group": self.group,
            "seed": self.seed,
        }
