"""The network of Wang et al. 2018, "ESRGAN: enhanced super-resolution generative
adversarial networks" (arXiv 1809.00219): residual-in-residual dense blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.networks.srresnet import shuffles
from kgan.random import seeds
from kgan.system.checks import check_whole

# How much of what a block says is added.
_RESIDUAL = 0.2


def rrdb(
    source_shape: Sequence[int | None] = (None, None, 3),
    factor: int = 4,
    width: int = 64,
    blocks: int = 23,
    growth: int = 32,
    seed: int | None = None,
) -> keras.Model:
    """G: images [batch, height, width, c] -> [batch, height factor, width factor, c].

    A block is x + 0.2 F(x) of three dense blocks, each x + 0.2 F(x) of five 3x3
    convolutions that see all that came before them in their block. Enlarged by nearest
    pixels and a convolution, so that there is no checkerboard.

        >>> from kgan.networks.rrdb import rrdb
        >>> network = rrdb((None, None, 3), 2, width=4, blocks=1, growth=2)
        >>> network(np.zeros((1, 7, 9, 3))).shape
        TensorShape([1, 14, 18, 3])

    Args:
        source_shape, factor, width: as for `kgan.networks.srresnet`.
        blocks: 23 in the paper.
        growth: channels that a convolution of a dense block adds.
        seed: integer; fixes the initial weights: He's, a tenth of them in the blocks.

    Raises:
        ValueError: for another factor, or sizes below 1.
    """
    for name, value in (("width", width), ("growth", growth), ("blocks", blocks)):
        check_whole(name, value)
    layers, initial = keras.layers, seeds.stream(seed, "generator")

    def convolution(x: Any, filters: int, name: str, scale: float = 1.0, **kwargs: Any):
        kernel = keras.initializers.VarianceScaling(
            2.0 * scale**2, "fan_in", "untruncated_normal", seed=next(initial)
        )
        return layers.Conv2D(
            filters, 3, padding="same", kernel_initializer=kernel, name=name, **kwargs
        )(x)

    def leaky(x: Any, name: str):
        return layers.LeakyReLU(0.2, name=f"{name}_relu")(x)

    def added(x: Any, y: Any, name: str):
        y = layers.Rescaling(_RESIDUAL, name=f"{name}_scaled")(y)
        return layers.Add(name=name)([x, y])

    def dense_block(x: Any, name: str):
        seen = [x]
        for i in range(1, 5):
            both = layers.Concatenate(name=f"{name}_seen{i}")(seen) if i > 1 else x
            y = convolution(both, growth, f"{name}_{i}", 0.1)
            seen.append(leaky(y, f"{name}_{i}"))
        both = layers.Concatenate(name=f"{name}_seen5")(seen)
        return added(x, convolution(both, width, f"{name}_5", 0.1), name)

    images = layers.Input(source_shape, name="images")
    x = first = convolution(images, width, "first")
    for i in range(1, blocks + 1):
        y = x
        for j in range(1, 4):
            y = dense_block(y, f"block{i}_{j}")
        x = added(x, y, f"block{i}")
    x = layers.Add(name="all_blocks")([first, convolution(x, width, "last")])
    for i, step in enumerate(shuffles(factor), 1):
        x = layers.UpSampling2D(step, name=f"up{i}_nearest")(x)
        x = leaky(convolution(x, width, f"up{i}"), f"up{i}")
    x = leaky(convolution(x, width, "high"), "high")
    # In float32: bfloat16 has too few bits for pixels near 1.
    x = convolution(x, source_shape[-1], "to_image", dtype=keras.config.floatx())
    return keras.Model(images, x, name="generator")
