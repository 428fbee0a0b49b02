"""AC-GAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kgan.core.gan import GAN, Batch
from kgan.networks.dcgan import dcgan_discriminator, dcgan_generator
from kgan.networks.heads import with_classes
from kgan.networks.labels import labelled_generator
from kgan.objectives.penalties import Judged
from kgan.spaces import Images, Labels
from kgan.system.checks import check_positive, check_whole


@keras.saving.register_keras_serializable("kgan")
class ACGAN(GAN):
    """GAN with an auxiliary classifier: Odena, Olah and Shlens 2016 (1610.09585).

    G is told the label y; D says real or fake (S), and which class (C). Both sides
    want the class to be told right, on real examples and on fakes:

        L_S = E[log P(real | x)] + E[log P(fake | G(z, y))]
        L_C = E[log P(y | x)] + E[log P(y | G(z, y))]
        D ascends L_C + L_S,  G ascends L_C - L_S

    Where D is taught the labels of fakes too, both sides can agree on classes that are
    not those of the data: on digits, D told the class of 99 % of the real and of the
    fake examples, and two of five fakes were of another class. `classify_fakes=False`
    teaches D by real examples alone.

    An easy class wins more than a varied one, so that samples of a class may be alike:
    see `kgan.metrics.ClassDiversity`.

    Logs beside those of `GAN`: `d/classes` and `g/classes` = -L_C, in nats, and
    `accuracy`, the share of real examples whose class D tells.

        >>> model = kgan.ACGAN((28, 28, 1), classes=10, width=2, seed=0)
        >>> model.generate(labels=[7, 7, 3], seed=1).shape
        (3, 28, 28, 1)

    Args:
        image_shape: (height, width, channels), see `DCGAN`.
        classes: the number of classes, at least 2; 10 in each of the paper's models.
        latent_dim: coordinates of z.
        width: channels of the convolutions nearest to the image.
        embedding: numbers that stand for a label in G.
        class_weight: the weight of L_C, above 0; 1 in the paper.
        classify_fakes: whether D's L_C has the fakes too, as in the paper.
        normalization: D's, see `kgan.networks.dcgan_discriminator`.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for an image shape that the networks cannot make, or other numbers.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        classes: int = 10,
        latent_dim: int = 100,
        width: int = 64,
        *,
        embedding: int = 10,
        class_weight: float = 1.0,
        classify_fakes: bool = True,
        normalization: str | None = "batch",
        seed: int | None = None,
        name: str = "acgan",
        **kwargs: Any,
    ) -> None:
        latents = check_whole("latent_dim", latent_dim) + embedding
        generator = dcgan_generator(image_shape, latents, width, seed)
        discriminator = dcgan_discriminator(image_shape, width, seed, normalization)
        super().__init__(
            labelled_generator(generator, classes, embedding, seed),
            with_classes(discriminator, classes, seed),
            spaces=[Images(image_shape), Labels(classes)],
            seed=seed,
            name=name,
            **kwargs,
        )
        self.class_weight = check_positive("class_weight", class_weight)
        self.classify_fakes = classify_fakes

    def discriminator_terms(
        self, batch: Batch, real: Judged, fake: Judged
    ) -> dict[str, Any]:
        logits = real.said.more["classes"]
        told = ops.cast(ops.argmax(logits, axis=-1), "int32") == batch.labels
        self.watch({"accuracy": ops.mean(ops.cast(told, logits.dtype))})
        wrong = self._wrong(real.said, batch)
        if self.classify_fakes:
            wrong += self._wrong(fake.said, batch)
        return {**super().discriminator_terms(batch, real, fake), "classes": wrong}

    def generator_terms(self, batch: Batch, real: Any, fake: Any) -> dict[str, Any]:
        terms = super().generator_terms(batch, real, fake)
        return {**terms, "classes": self._wrong(fake, batch)}

    def _wrong(self, said: Any, batch: Batch):
        """-E[log P(y)] of what D said, in nats."""
        surprise = ops.sparse_categorical_crossentropy(
            batch.labels, said.more["classes"], from_logits=True
        )
        return self.class_weight * ops.mean(surprise)
