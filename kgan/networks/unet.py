"""The U-Net of Isola et al. 2016, "Image-to-image translation with conditional
adversarial networks" (arXiv 1611.07004, appendix), after Ronneberger et al. 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.layers import DoublingConv2D, Dropout, HalvingConv2D
from kgan.networks import norms
from kgan.random import seeds
from kgan.system.checks import check_whole

# Channels, at most, in units of `width`; and the inner levels that have dropout.
_WIDEST, _DROPPED = 8, 3


def unet(
    source_shape: Sequence[int],
    channels: int = 3,
    width: int = 64,
    levels: int | None = None,
    normalization: str | None = "instance",
    dropout: float = 0.0,
    seed: int | None = None,
    output: str = "tanh",
) -> keras.Model:
    """G: images [batch, height, width, c] -> images [batch, height, width, channels].

    Convolutions of 4x4 pixels halve the image `levels` times, transposed ones double
    it again, and each of them also sees what was halved to its size:

        down:  LeakyReLU(0.2), 4x4 / 2, norm     up:  ReLU, 4x4 * 2, norm, [dropout]

    The first convolution, the innermost one and the last one are not normalized; the
    innermost one could not be, because one pixel minus its mean is 0.

        >>> network = kgan.networks.unet((16, 16, 1), channels=3, width=2)
        >>> network(np.zeros((2, 16, 16, 1))).shape
        TensorShape([2, 16, 16, 3])

    Args:
        source_shape: (height, width, channels); sides that 2^levels divides.
        channels: of the output.
        width: channels of the outer level; they double at each level, up to 8 times.
        levels: how often the image is halved. Default: until a side would be odd, at
            most 8 times. With levels, sides may be None: of any size that it divides.
        normalization: "instance", where an output is a function of its own image
            alone; "batch" (the paper); None.
        dropout: the rate in the three inner levels, in training; 0.5 in the paper,
            which has it at the end, too: here a trained network gives one answer.
        seed: integer; fixes the initial weights N(0, 0.02) and dropout.
        output: the output function.

    Returns:
        `keras.Model` with outputs of Keras' float type, in [-1, 1] for "tanh".

    Raises:
        ValueError: for sides that it cannot halve, numbers below 1, a rate outside
            [0, 1), or another normalization.
    """
    check_whole("width", width)
    check_whole("channels", channels)
    norms.get(normalization, ("instance", "batch"))
    levels = unet_levels(source_shape, levels)
    numbers = seeds.stream(seed, "generator")
    layers = keras.layers
    widths = [width * min(2**i, _WIDEST) for i in range(levels)]

    def convolution(kind: Any, filters: int, name: str, bias: bool, **kwargs: Any):
        normal = keras.initializers.RandomNormal(0.0, 0.02, seed=next(numbers))
        return kind(
            filters,
            use_bias=bias,
            kernel_initializer=normal,
            name=name,
            **kwargs,
        )

    x = images = layers.Input(source_shape, name="images")
    skips = []
    for i, filters in enumerate(widths, 1):
        outer, inner = i == 1, i == levels
        if not outer:
            x = layers.LeakyReLU(0.2, name=f"down{i}_relu")(x)
        bias = outer or inner or norms.biased(normalization)
        x = convolution(HalvingConv2D, filters, f"down{i}", bias)(x)
        if not outer and not inner:
            x = norms.normalized(x, normalization, f"down{i}_norm")
        skips.append(x)
    skips.pop()
    for i in range(levels - 1, 0, -1):
        x = layers.ReLU(name=f"up{i}_relu")(x)
        bias = norms.biased(normalization)
        x = convolution(DoublingConv2D, widths[i - 1], f"up{i}", bias)(x)
        x = norms.normalized(x, normalization, f"up{i}_norm")
        if dropout and levels - i <= _DROPPED:
            x = Dropout(dropout, seed=next(numbers), name=f"up{i}_dropout")(x)
        x = layers.Concatenate(name=f"up{i}_and_down{i}")([x, skips.pop()])
    x = layers.ReLU(name="last_relu")(x)
    x = convolution(DoublingConv2D, channels, "to_image", True)(x)
    # In float32: bfloat16 has too few bits for pixels near 1.
    x = layers.Activation(output, dtype=keras.config.floatx(), name="outputs")(x)
    return keras.Model(images, x, name="generator")


def unet_levels(shape: Sequence[int], levels: int | None = None) -> int:
    """How often a U-Net halves images; their sides are multiples of 2^levels.

    >>> kgan.networks.unet_levels((64, 96, 3))
    5

    Args:
        shape: (height, width, channels).
        levels: as for `unet`.

    Raises:
        ValueError: as `unet`.
    """
    if len(shape) != 3 or (None in shape[:2] and levels is None):
        raise ValueError(
            "Expected source_shape=(height, width, channels), or levels for sides of "
            f"any size. Received: source_shape={tuple(shape)}, levels={levels}."
        )
    sides = [side for side in shape[:2] if side is not None]
    most = min((_halvings(side) for side in sides), default=levels)
    if levels is None:
        levels = min(most, 8)
        if levels < 2:
            nearest = " x ".join(str(max(4, round(side / 4) * 4)) for side in sides)
            raise ValueError(
                "Expected images whose sides 4 divides, which a U-Net halves twice at "
                f"least. Received: source_shape={tuple(shape)}. The nearest that works "
                f"is {nearest}: resize the data with image_size (--image-size)."
            )
    check_whole("levels", levels, least=2)
    if levels > most:
        raise ValueError(
            f"Expected sides that {2**levels} divides, because levels={levels}. "
            f"Received: source_shape={tuple(shape)}, which allows levels={most}."
        )
    return levels


def _halvings(side: int):
    """How often 2 divides a number."""
    return (side & -side).bit_length() - 1
