"""SRGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import keras

from kgan.core.pair_gan import Pair, PairGAN, distance_of_pixels
from kgan.metrics.perceptual import Perceptual
from kgan.models.srresnet import enlargement, factor_of
from kgan.networks.rrdb import rrdb
from kgan.networks.srresnet import srgan_discriminator, srresnet
from kgan.spaces import Endpoint, Images

_NETWORKS = {"srresnet": srresnet, "rrdb": rrdb}


@keras.saving.register_keras_serializable("kgan")
class SRGAN(PairGAN):
    """Super-resolution with a D: Ledig et al. 2016 (arXiv 1609.04802).

    G enlarges a small image; D tells large images from enlarged ones. G descends
    (equations 3 to 6)

        w_content |phi(y) - phi(G(x))|^2 + w_pixels |y - G(x)| - w_adv E[log D(G(x))]

    with phi the features of a frozen network. Such an image is sharp where the small
    one leaves open what there was: worse in PSNR, better to the eye. It starts from the
    network of `SRResNet` (`starts_from`).

    ESRGAN (Wang et al. 2018, arXiv 1809.00219) is the same game with `loss=
    "relativistic_average"`, `architecture="rrdb"`, `distance="l1"` of features before
    the activation, `pixels=0.01` and `adversarial=0.005`.

    The paper's features are VGG19's conv5_4; the default here are those of the color
    network in the package. Numbers with other features are not comparable.

        >>> model = kgan.SRGAN((8, 8, 3), (16, 16, 3), width=2, blocks=1, seed=0)
        >>> model.translate(np.zeros((1, 9, 14, 3))).shape
        (1, 18, 28, 3)

    Logs beside those of `GAN`: `g/content` and `g/pixels`, the weighted terms.

    Args:
        source_shape: (height, width, channels) of the small images in training.
        target_shape: of the large ones, at least 16 pixels per side.
        factor: as for `SRResNet`.
        width, blocks: of G, see `kgan.networks.srresnet`.
        d_width: channels of D's first convolution; 64 in the paper.
        architecture: of G, "srresnet" or "rrdb".
        perceptual: phi, see `kgan.metrics.perceptual.Perceptual`.
        distance: of features, "l2" (the paper) or "l1".
        content, pixels, adversarial: the weights, at least 0; 1, 0 and 1e-3 in the
            paper.
        normalization: of D: "batch" (the paper), "instance" or None.
        seed: integer; fixes initial weights.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for shapes that do not fit, other names, or negative weights.
    """

    def __init__(
        self,
        source_shape: Sequence[int] = (24, 24, 3),
        target_shape: Sequence[int] = (96, 96, 3),
        factor: int | None = None,
        width: int = 64,
        blocks: int = 16,
        d_width: int = 64,
        *,
        architecture: Literal["srresnet", "rrdb"] = "srresnet",
        perceptual: Any = "color",
        distance: Literal["l1", "l2"] = "l2",
        content: float = 1.0,
        pixels: float = 0.0,
        adversarial: float = 1e-3,
        normalization: str | None = "batch",
        seed: int | None = None,
        name: str = "srgan",
        **kwargs: Any,
    ) -> None:
        source_shape, target_shape = tuple(source_shape), tuple(target_shape)
        factor = factor_of(source_shape, target_shape, factor)
        if architecture not in _NETWORKS:
            raise ValueError(
                f"Expected architecture {', '.join(map(repr, _NETWORKS))}. "
                f"Received: architecture={architecture!r}."
            )
        if min(content, pixels) < 0 or adversarial <= 0:
            raise ValueError(
                "Expected content >= 0, pixels >= 0 and adversarial > 0. Received: "
                f"content={content}, pixels={pixels}, adversarial={adversarial}. "
                "Without D it is an SRResNet."
            )
        free = (None, None, source_shape[2])
        super().__init__(
            _NETWORKS[architecture](free, factor, width, blocks, seed=seed),
            srgan_discriminator(target_shape, d_width, seed, normalization),
            adversarial=adversarial,
            spaces=[Images(source_shape), Images(target_shape)],
            seed=seed,
            name=name,
            **kwargs,
        )
        self.factor = factor
        self.content, self.pixels = content, pixels
        # No layer of this model: nothing trains it, and nothing saves it.
        self.perceptual = Perceptual(perceptual, distance) if content else None

    def discriminate(self, examples: Any, batch: Pair) -> Any:
        return self.discriminator(examples, training=batch.training)

    def generator_loss(self, batch: Pair) -> dict[str, Any]:
        terms = super().generator_loss(batch)
        if self.content:
            terms["content"] = self.content * self.perceptual(batch.real, batch.fake)
        if self.pixels:
            terms["pixels"] = self.pixels * distance_of_pixels(batch)
        return terms

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`translate`: images -> images that are `factor` times as large."""
        return {"translate": enlargement(self.shown(self.generator, averaged))}
