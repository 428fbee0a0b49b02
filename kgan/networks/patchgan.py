"""The PatchGAN of Isola et al. 2016 (arXiv 1611.07004): D judges each patch alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.layers import HalvingConv2D
from kgan.networks import norms
from kgan.random import seeds
from kgan.system.checks import check_whole

# Channels, at most, in units of `width`.
_WIDEST = 8


def patchgan(
    image_shape: Sequence[int],
    source_shape: Sequence[int] | None = None,
    width: int = 64,
    depth: int = 3,
    normalization: str | None = "instance",
    seed: int | None = None,
) -> keras.Model:
    """D: images -> logits [batch, rows, columns, 1], one for each overlapping patch.

    `depth` convolutions of 4x4 pixels halve the image, two more do not; the border is
    filled with zeros. The first and the last are not normalized. A logit sees a patch
    of `receptive_field(depth)` pixels per side: 70 for a depth of 3, and 34 for 2,
    which suits images of 64 pixels. A depth of 0 is the paper's PixelGAN, which judges
    each pixel by 1x1 convolutions.

        >>> network = kgan.networks.patchgan((32, 32, 3), width=2, depth=2)
        >>> network(np.zeros((1, 32, 32, 3))).shape
        TensorShape([1, 6, 6, 1])
        >>> kgan.networks.receptive_field(2)
        34

    Args:
        image_shape: (height, width, channels) of what it judges.
        source_shape: of the source that it also sees, as a second input, `source`, of
            the same sides; None for a D of images alone.
        width: channels of the first convolution; they double up to 8 times.
        depth: convolutions that halve the image, at least 0.
        normalization: "instance", "batch" (pix2pix) or None.
        seed: integer; fixes the initial weights N(0, 0.02).

    Returns:
        `keras.Model` with float32 logits.

    Raises:
        ValueError: for a source of other sides, images that are too small, numbers out
            of range, or another normalization.
    """
    check_whole("width", width)
    check_whole("depth", depth, least=0)
    norms.get(normalization, ("instance", "batch"))
    initial = seeds.stream(seed, "discriminator")
    layers = keras.layers
    image_shape = tuple(image_shape)
    _check(image_shape, source_shape, depth)
    x = images = layers.Input(image_shape, name="images")
    inputs = images
    if source_shape is not None:
        source = layers.Input(tuple(source_shape), name="source")
        inputs = [images, source]
        x = layers.Concatenate(name="source_and_image")([source, images])
    size = 4 if depth else 1

    def convolution(x: Any, filters: int, strides: int, name: str, **kwargs: Any):
        normal = keras.initializers.RandomNormal(0.0, 0.02, seed=next(initial))
        kwargs |= {"kernel_initializer": normal, "name": name}
        if strides == 2 and not any(side % 2 for side in x.shape[1:3]):
            return HalvingConv2D(filters, **kwargs)(x)
        if depth:
            x = layers.ZeroPadding2D(1, name=f"{name}_border")(x)
        return layers.Conv2D(filters, size, strides, **kwargs)(x)

    # A pixel alone has one hidden layer less.
    strides = [2] * depth + [1] if depth else [1, 1]
    for i, stride in enumerate(strides):
        bias = i == 0 or norms.biased(normalization)
        filters = width * min(2**i, _WIDEST)
        x = convolution(x, filters, stride, f"down{i + 1}", use_bias=bias)
        if i:
            x = norms.normalized(x, normalization, f"down{i + 1}_norm")
        x = layers.LeakyReLU(0.2, name=f"down{i + 1}_relu")(x)
    logits = convolution(x, 1, 1, "logits", dtype=keras.config.floatx())
    return keras.Model(inputs, logits, name="discriminator")


def receptive_field(depth: int) -> int:
    """Pixels per side of the patch that a logit of `patchgan` sees."""
    if depth == 0:
        return 1
    # Two convolutions of 4 pixels, then those that halve, from the last to the first.
    side = 7
    for _ in range(depth):
        side = 2 * (side - 1) + 4
    return side


def _check(image_shape: Any, source_shape: Any, depth: int):
    if len(image_shape) != 3:
        raise ValueError(
            "Expected image_shape=(height, width, channels). "
            f"Received: image_shape={image_shape}."
        )
    if source_shape is not None and tuple(source_shape[:2]) != image_shape[:2]:
        raise ValueError(
            "Expected a source of the image's sides, because D sees both one over the "
            f"other. Received: source {tuple(source_shape)}, image {image_shape}."
        )
    # Each of the two last convolutions takes a pixel away.
    least = 3 * 2**depth if depth else 1
    sides = [side for side in image_shape[:2] if side is not None]
    if any(side < least for side in sides):
        raise ValueError(
            f"Expected images of at least {least} pixels per side for a PatchGAN of "
            f"depth={depth}. Received: image_shape={image_shape}. Choose a smaller "
            "depth."
        )
