"""Colorization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kgan.core.pair_gan import Pair
from kgan.models.pix2pix import Pix2Pix
from kgan.networks.patchgan import patchgan
from kgan.networks.unet import unet, unet_levels
from kgan.spaces import Endpoint, Images
from kgan.spaces.lab import MOST, lab_to_rgb, rgb_to_lab


@keras.saving.register_keras_serializable("kgan")
class Colorization(Pix2Pix):
    """Colors for gray images: `Pix2Pix` from L* to a*b* of CIE L*a*b*.

    Isola et al. 2016 (arXiv 1611.07004, section 4) after Zhang et al. 2016 (arXiv
    1603.08511): G sees the lightness and says the colors alone, so that the lightness
    of a picture stays what it was. D sees the lightness with the true colors, or with
    those of G. Colors are a* / 110 and b* / 110, lightness is L* / 50 - 1.

    A distance alone makes colors pale, as the mean of all that an object could have; D
    tells pale colors from true ones.

        >>> model = kgan.Colorization((16, 16, 1), width=2, depth=1, seed=0)
        >>> model.translate(np.zeros((5, 16, 16, 1))).shape
        (5, 16, 16, 3)

    Args:
        source_shape: (height, width, 1), see `kgan.networks.unet`.
        target_shape: (height, width, 3).
        width, l1, adversarial, depth, levels, normalization, dropout: as for
            `Pix2Pix`; the distance is of a* / 110 and b* / 110.
        seed: integer; fixes initial weights and dropout.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for other channels, and as `Pix2Pix`.
    """

    def __init__(
        self,
        source_shape: Sequence[int] = (256, 256, 1),
        target_shape: Sequence[int] | None = None,
        width: int = 64,
        *,
        depth: int = 3,
        levels: int | None = None,
        normalization: str | None = "instance",
        dropout: float = 0.0,
        seed: int | None = None,
        name: str = "colorization",
        **kwargs: Any,
    ) -> None:
        height, columns, *channels = source_shape
        size = height, columns
        target_shape = tuple(target_shape or (*size, 3))
        if channels != [1] or target_shape[2:] != (3,):
            raise ValueError(
                "Expected gray sources and targets of 3 channels. Received: "
                f"source_shape={tuple(source_shape)}, target_shape={target_shape}. "
                "Make pairs of color images by degradation='gray' (--degradation gray)."
            )
        levels = unet_levels(source_shape, levels)
        network = normalization, dropout, seed
        super().__init__(
            (*size, 1),
            target_shape,
            generator=unet((None, None, 1), 2, width, levels, *network),
            discriminator=patchgan(
                (*size, 2), (*size, 1), width, depth, normalization, seed
            ),
            seed=seed,
            name=name,
            **kwargs,
        )
        self.multiple = 2**levels

    def play(self, data: tuple[Any, ...], training: bool) -> Pair:
        gray, color = data
        return super().play((lightness(gray), colors(color)), training)

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`translate`: gray images -> images in color."""
        network = self.shown(self.generator, averaged)

        def translate(images: Any):
            light = lightness(images)
            made = ops.cast(network(light, training=False), light.dtype)
            parts = [50.0 * (light + 1.0), MOST * made]
            return {"images": lab_to_rgb(ops.concatenate(parts, axis=-1))}

        takes, gives = (Images((None, None, n), self.multiple) for n in (1, 3))
        ends = {"images": takes}, {"images": gives}
        return {"translate": Endpoint(translate, *ends, target=1)}


def lightness(gray: Any) -> Any:
    """L* / 50 - 1 of gray images: [..., 1] in [-1, 1] -> [..., 1] in [-1, 1]."""
    return rgb_to_lab(ops.repeat(gray, 3, axis=-1))[..., :1] / 50.0 - 1.0


def colors(images: Any) -> Any:
    """a* / 110 and b* / 110: [..., 3] in [-1, 1] -> [..., 2] in [-1, 1]."""
    return rgb_to_lab(images)[..., 1:] / MOST
