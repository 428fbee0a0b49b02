"""What an update sees of the data."""

from typing import Any, NamedTuple

import keras


class Batch(NamedTuple):
    """What one update sees.

    Attributes:
        real: examples from the data, [batch, *image_shape].
        fake: G(latents), of the same shape.
        latents: [batch, latent_dim].
        labels: the labels that came with `real`, or None.
        training: whether the networks run in training mode.
    """

    real: Any
    fake: Any
    latents: Any
    labels: Any
    training: bool


def unpack(data):
    """What `fit` delivers as (images, labels or None).

    Raises:
        ValueError: if it has sample weights.
    """
    images, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
    if weights is not None:
        raise ValueError(
            "Expected batches of images or (images, labels). Received: sample weights."
        )
    return images, labels


def cut(data, k, size_is_known=True):
    """A batch as k equal parts.

    Args:
        data: (images, labels or None).
        k: the `discriminator_steps` of a `GAN`.
        size_is_known: False where TensorFlow has forgotten the size of the batch.

    Raises:
        ValueError: if the size is not fixed, or not divisible by k.
    """
    if k == 1:
        return [data]
    size = data[0].shape[0]
    if size is None and not size_is_known:
        size = k
    if size is None or size % k:
        raise ValueError(
            f"Expected batches of a fixed size divisible by discriminator_steps={k}, "
            "so that each update of D sees fresh examples: batch with "
            f"drop_remainder=True. Received: batch size {size}."
        )
    # Every k-th example, so that the parts of all replicas make up those of one.
    return [tuple(x if x is None else x[i::k] for x in data) for i in range(k)]
