"""The standard deviation of a minibatch, as a feature."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.layers.groups import in_groups
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class MinibatchStandardDeviation(keras.layers.Layer):
    """One more feature that says how much the examples of a group differ.

    Karras et al. 2017 (arXiv 1710.10196, section 3): D sees that G makes one image for
    all latents. In each group of examples, with the variance over the group,

        s = mean over the features of sqrt(variance + epsilon)

    is added to each example, as one more channel. Groups are of consecutive rows, so
    that replicas with whole groups compute what one device does.

        >>> layer = kgan.layers.MinibatchStandardDeviation(group=2)
        >>> x = np.array([[1.0], [3.0], [5.0], [5.0]])
        >>> layer(x)[:, 1].numpy().round(3).tolist()
        [1.0, 1.0, 0.0, 0.0]

    Args:
        group: examples per group, at least 1; StyleGAN2 has 4.
        channels: the features are cut in so many equal parts, each with its s; 1 in
            StyleGAN2.
        epsilon: under the root, whose gradient at 0 is infinite.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, ..., c] -> [batch, ..., c + channels].

    Raises:
        ValueError: for sizes below 1; when called, for a batch that is not divisible by
            `group`, or channels that do not divide c.
    """

    def __init__(
        self, group: int = 4, channels: int = 1, epsilon: float = 1e-8, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.group = check_whole("group", group)
        self.channels = check_whole("channels", channels)
        self.epsilon = float(epsilon)

    def build(self, input_shape: Any) -> None:
        if input_shape[-1] % self.channels:
            raise ValueError(
                f"Expected channels divisible by {self.channels}. Received: "
                f"{input_shape[-1]}."
            )

    def call(self, inputs: Any) -> Any:
        # In float32, because squares of bfloat16 are too coarse.
        groups = ops.cast(in_groups(inputs, self.group), self.variable_dtype)
        deviations = ops.sqrt(ops.var(groups, axis=1) + self.epsilon)  # [n, ..., c]
        size, middle = inputs.shape[-1] // self.channels, inputs.shape[1:-1]
        parts = ops.reshape(deviations, (-1, *middle, self.channels, size))
        axes = (*range(1, len(middle) + 1), len(middle) + 2)
        s = ops.mean(parts, axis=axes)  # [n, channels]
        s = ops.repeat(s, self.group, axis=0)
        s = ops.reshape(s, (-1, *([1] * len(middle)), self.channels))
        s = ops.ones_like(inputs[..., : self.channels]) * ops.cast(s, inputs.dtype)
        return ops.concatenate([inputs, s], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], input_shape[-1] + self.channels)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "group": self.group,
            "channels": self.channels,
            "epsilon": self.epsilon,
        }
