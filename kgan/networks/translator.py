"""The residual translator of Johnson et al. 2016 (arXiv 1603.08155), as CycleGAN has
it: Zhu et al. 2017 (arXiv 1703.10593, appendix).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import keras

from kgan.layers import ReflectionPadding2D
from kgan.networks import norms
from kgan.random import seeds
from kgan.system.checks import check_whole

_HALVINGS = 2


def resnet_translator(
    source_shape: Sequence[int],
    channels: int = 3,
    width: int = 64,
    blocks: int | None = None,
    upsampling: Literal["resize", "transposed"] = "resize",
    normalization: str | None = "instance",
    seed: int | None = None,
    output: str = "tanh",
) -> keras.Model:
    """G: images [batch, height, width, c] -> images [batch, height, width, channels].

    A 7x7 convolution, two of 3x3 that halve the image, residual blocks x + F(x) without
    a function after the sum, two that double it again, a 7x7 convolution and tanh:

        F:  mirror border, 3x3, norm, ReLU, mirror border, 3x3, norm

        >>> network = kgan.networks.resnet_translator((16, 16, 1), 3, width=2, blocks=1)
        >>> network(np.zeros((2, 16, 16, 1))).shape
        TensorShape([2, 16, 16, 3])

    Args:
        source_shape: (height, width, channels); sides are None, or 4 divides them.
        channels: of the output.
        width: channels of the first convolution; 64 in the paper.
        blocks: residual blocks. Default, as in the paper: 9, or 6 if a side is known
            and below 256 pixels.
        upsampling: "resize": nearest pixels, then a convolution, which leaves no
            checkerboard (Odena et al. 2016, "Deconvolution and checkerboard
            artifacts"); "transposed": the paper's transposed convolutions.
        normalization: "instance" (the paper), "batch" or None.
        seed: integer; fixes the initial weights N(0, 0.02).
        output: the output function.

    Returns:
        `keras.Model` with outputs of Keras' float type, in [-1, 1] for "tanh".

    Raises:
        ValueError: for sides that 4 does not divide, numbers below 1, or other names.
    """
    check_whole("width", width)
    check_whole("channels", channels)
    norms.get(normalization, ("instance", "batch"))
    if upsampling not in ("resize", "transposed"):
        raise ValueError(
            "Expected upsampling 'resize' or 'transposed'. "
            f"Received: upsampling={upsampling!r}."
        )
    blocks = translator_blocks(source_shape, blocks)
    initial = seeds.stream(seed, "generator")
    layers = keras.layers

    def normed(x: Any, name: str):
        x = norms.normalized(x, normalization, f"{name}_norm")
        return layers.ReLU(name=f"{name}_relu")(x)

    x = images = layers.Input(source_shape, name="images")
    x = ReflectionPadding2D(3, name="first_mirror")(x)
    bias = norms.biased(normalization)
    x = normed(_convolution(width, 7, initial, "first", bias, "valid")(x), "first")
    for i in range(1, _HALVINGS + 1):
        filters = width * 2**i
        x = _convolution(filters, 3, initial, f"down{i}", bias, strides=2)(x)
        x = normed(x, f"down{i}")
    for i in range(1, blocks + 1):
        y = ReflectionPadding2D(1, name=f"block{i}_mirror1")(x)
        y = _convolution(filters, 3, initial, f"block{i}_conv1", bias, "valid")(y)
        y = normed(y, f"block{i}_1")
        y = ReflectionPadding2D(1, name=f"block{i}_mirror2")(y)
        y = _convolution(filters, 3, initial, f"block{i}_conv2", bias, "valid")(y)
        y = norms.normalized(y, normalization, f"block{i}_2_norm")
        x = layers.Add(name=f"block{i}")([x, y])
    for i in range(_HALVINGS, 0, -1):
        filters = width * 2 ** (i - 1)
        if upsampling == "resize":
            x = layers.UpSampling2D(name=f"up{i}_double")(x)
            x = _convolution(filters, 3, initial, f"up{i}", bias)(x)
        else:
            x = _convolution(
                filters, 3, initial, f"up{i}", bias, kind="Conv2DTranspose", strides=2
            )(x)
        x = normed(x, f"up{i}")
    x = ReflectionPadding2D(3, name="last_mirror")(x)
    x = _convolution(channels, 7, initial, "to_image", True, "valid")(x)
    # In float32: bfloat16 has too few bits for pixels near 1.
    x = layers.Activation(output, dtype=keras.config.floatx(), name="outputs")(x)
    return keras.Model(images, x, name="generator")


def _convolution(
    filters: int,
    size: int,
    initial: Iterator[int],
    name: str,
    bias: bool,
    padding: str = "same",
    kind: str = "Conv2D",
    **kwargs: Any,
):
    return getattr(keras.layers, kind)(
        filters,
        size,
        padding=padding,
        use_bias=bias,
        kernel_initializer=keras.initializers.RandomNormal(0, 0.02, seed=next(initial)),
        name=name,
        **kwargs,
    )


def translator_blocks(shape: Sequence[int], blocks: int | None = None) -> int:
    """How many residual blocks a translator of images of a shape has.

    >>> kgan.networks.translator_blocks((128, 128, 3))
    6

    Args:
        shape: (height, width, channels).
        blocks: as for `resnet_translator`.

    Raises:
        ValueError: as `resnet_translator`.
    """
    sides = [side for side in shape[:2] if side is not None]
    multiple = 2**_HALVINGS
    if len(shape) != 3 or any(side % multiple or side < 16 for side in sides):
        nearest = (str(max(16, round(side / multiple) * multiple)) for side in sides)
        raise ValueError(
            "Expected source_shape=(height, width, channels) with sides of at least 16 "
            f"pixels that {multiple} divides. Received: source_shape={tuple(shape)}. "
            f"The nearest that works is {' x '.join(nearest)}: resize the data with "
            "image_size (--image-size)."
        )
    if blocks is None:
        return 6 if sides and min(sides) < 256 else 9
    return check_whole("blocks", blocks, least=0)
