"""Pix2Pix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kgan.core.pair_gan import Pair, PairGAN, distance_of_pixels
from kgan.core.translating import translation
from kgan.networks.patchgan import patchgan
from kgan.networks.unet import unet, unet_levels
from kgan.spaces import Endpoint, Images


@keras.saving.register_keras_serializable("kgan")
class Pix2Pix(PairGAN):
    """Image to image by pairs: Isola et al. 2016 (arXiv 1611.07004).

    G translates a source x; D sees the source and the target, or the source and the
    translation (equations 1 and 4):

        D descends  -E[log D(x, y)] - E[log(1 - D(x, G(x)))]
        G descends  -w_adv E[log D(x, G(x))] + w_L1 E|y - G(x)|

    L1 makes G right where the source says what the target is, D makes it sharp where
    the source does not say it. `adversarial=0.0` leaves L1 alone, `l1=0.0` the cGAN
    alone: the paper's table 1.

    G's input is the source alone. The paper's noise is dropout in G, which it keeps
    when G is used; its authors found that it makes little difference. Here it is an
    option of the training, and a trained G gives one answer. Normalization is of each
    image alone, so that a picture is the same in any batch, at a server and while
    training. The paper halves D's loss, to which Adam is blind.

    The paper trains by Adam(2e-4, beta_1=0.5) on batches of 1.

        >>> model = kgan.Pix2Pix((16, 16, 1), (16, 16, 3), width=2, depth=1, seed=0)
        >>> model.translate(np.zeros((5, 16, 16, 1))).shape
        (5, 16, 16, 3)

    Logs beside those of `GAN`: `g/l1`, the weighted term.

    Args:
        source_shape: (height, width, channels), see `kgan.networks.unet`.
        target_shape: of the same sides.
        width: channels of the outer convolutions of both networks.
        l1: w_L1, at least 0, in pixels of [-1, 1].
        adversarial: w_adv, at least 0.
        depth: of D, see `kgan.networks.patchgan`: 3 for patches of 70 pixels, 2 of 34.
        levels: of the U-Net.
        normalization: of both networks: "instance", "batch" (the paper) or None.
        dropout: rate of the U-Net's inner levels, in training; 0.5 in the paper.
        generator: your own network instead, sources -> targets.
        discriminator: your own network instead, [images, source] -> logits.
        seed: integer; fixes initial weights and dropout.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for shapes that the networks cannot have, or negative weights.
    """

    def __init__(
        self,
        source_shape: Sequence[int] = (256, 256, 3),
        target_shape: Sequence[int] = (256, 256, 3),
        width: int = 64,
        *,
        l1: float = 100.0,
        adversarial: float = 1.0,
        depth: int = 3,
        levels: int | None = None,
        normalization: str | None = "instance",
        dropout: float = 0.0,
        generator: keras.Model | None = None,
        discriminator: keras.Model | None = None,
        seed: int | None = None,
        name: str = "pix2pix",
        **kwargs: Any,
    ) -> None:
        source_shape, target_shape = tuple(source_shape), tuple(target_shape)
        _check(source_shape, target_shape, l1, adversarial)
        multiple = 1
        if generator is None:
            levels = unet_levels(source_shape, levels)
            multiple = 2**levels
            # Of any size: what is translated may be larger than what is learned from.
            generator = unet(
                *((None, None, source_shape[2]), target_shape[2], width, levels),
                *(normalization, dropout, seed),
            )
        if discriminator is None:
            discriminator = patchgan(
                target_shape, source_shape, width, depth, normalization, seed
            )
        super().__init__(
            generator,
            discriminator,
            adversarial=adversarial,
            spaces=(Images(source_shape), Images(target_shape)),
            seed=seed,
            name=name,
            **kwargs,
        )
        self.l1, self.multiple = l1, multiple

    # The game

    def discriminate(self, examples: Any, batch: Pair) -> Any:
        return self.discriminator([examples, batch.source], training=batch.training)

    def generator_loss(self, batch: Pair) -> dict[str, Any]:
        terms = super().generator_loss(batch)
        if self.l1:
            terms["l1"] = self.l1 * distance_of_pixels(batch)
        return terms

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`translate`: sources -> targets."""
        network = self.shown(self.generator, averaged)
        return {"translate": translation(network, self.multiple)}


def _check(source: tuple[Any, ...], target: tuple[Any, ...], l1: Any, adversarial: Any):
    if source[:2] != target[:2]:
        raise ValueError(
            "Expected sources and targets of one size, because a U-Net keeps it. "
            f"Received: source_shape={source}, target_shape={target}. Resize both with "
            "image_size (--image-size)."
        )
    if min(l1, adversarial) < 0 or max(l1, adversarial) <= 0:
        raise ValueError(
            "Expected l1 >= 0 and adversarial >= 0, one of them above 0. "
            f"Received: l1={l1}, adversarial={adversarial}."
        )
