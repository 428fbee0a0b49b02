"""InfoGAN."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from kgan.core.gan import GAN, Batch
from kgan.networks.dcgan import dcgan_discriminator, dcgan_generator
from kgan.networks.heads import with_features
from kgan.networks.mlp import mlp
from kgan.objectives.penalties import Judged
from kgan.spaces import Endpoint, Labels, Picture, Points
from kgan.spaces.codes import Codes
from kgan.system.checks import check_positive

# Continuous codes are drawn from -1 to 1, and shown beyond, as in the paper.
_SHOWN = 2.0


@keras.saving.register_keras_serializable("kgan")
class InfoGAN(GAN):
    """InfoGAN: Chen et al. 2016 (arXiv 1606.03657).

    G gets codes c beside its noise, and nobody says what they mean. A network Q reads
    them from the image, and the bound of their mutual information (equation 5)

        L_I = E[log Q(c | G(z, c))] + H(c) <= I(c; G(z, c))

    is what G, Q and D's hidden layers maximise beside the game. Q is a small network on
    D's last hidden layer, and learns in G's player. A categorical code has the
    likelihood of a softmax; a continuous one that of a Gaussian of deviation 1.

    The paper trains D by Adam(2e-4, beta_1=0.5) and G with Q by Adam(1e-3,
    beta_1=0.5), in batches of 128.

    Logs beside those of `GAN`: `d/codes` and `g/codes` = -E[log Q] without constants;
    `mutual_information`, the bound L_I of the categorical codes in nats, at most log 10
    = 2.303 for ten values; and `continuous_error`, the mean squared error of the
    continuous codes, 1/3 if they are not read at all.

        >>> model = kgan.InfoGAN((28, 28, 1), width=2, seed=0)
        >>> model.generate(3).shape
        (3, 28, 28, 1)
        >>> model.traverse(seed=0).shape
        (3, 10, 28, 28, 1)

    Args:
        image_shape: (height, width, channels), see `DCGAN`.
        noise: coordinates of z that are no code.
        categories: the number of values of each categorical code.
        continuous: the number of continuous codes.
        width: channels of the convolutions nearest to the image.
        hidden: units of the fully connected layers of G and D, 1,024 in the paper; None
            for none, as in a DCGAN. Without them the codes of digits are strokes and
            slants rather than digits.
        code_weight: the weight of L_I, above 0; 1 in the paper.
        normalization: D's, see `kgan.networks.dcgan_discriminator`.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for an image shape that the networks cannot make, no codes, or other
            numbers.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        noise: int = 62,
        categories: Sequence[int] = (10,),
        continuous: int = 2,
        width: int = 64,
        hidden: int | None = 1024,
        *,
        code_weight: float = 1.0,
        normalization: str | None = "batch",
        seed: int | None = None,
        name: str = "info_gan",
        **kwargs: Any,
    ) -> None:
        image_shape = tuple(image_shape)
        codes = Codes(noise, categories, continuous)
        discriminator = with_features(
            dcgan_discriminator(image_shape, width, seed, normalization, hidden)
        )
        features = discriminator.outputs[1].shape[1]
        numbers = sum(codes.categories) + codes.continuous
        reader = mlp(features, numbers, hidden=(128,), name="reader", seed=seed)
        super().__init__(
            dcgan_generator(image_shape, codes.dim, width, seed, hidden=hidden),
            discriminator,
            latent_prior=codes,
            partners=[reader],
            seed=seed,
            name=name,
            **kwargs,
        )
        self.reader = reader
        self.code_weight = check_positive("code_weight", code_weight)

    @property
    def codes(self) -> Codes:
        """The prior of z, which knows where the codes are."""
        return self.latent_prior

    # The game

    def discriminator_terms(
        self, batch: Batch, real: Judged, fake: Judged
    ) -> dict[str, Any]:
        terms = super().discriminator_terms(batch, real, fake)
        return {**terms, "codes": self._unread(fake.said, batch)}

    def generator_terms(self, batch: Batch, real: Any, fake: Any) -> dict[str, Any]:
        terms = super().generator_terms(batch, real, fake)
        return {**terms, "codes": self._unread(fake, batch, watch=True)}

    def read(self, features: Any, training: bool = False) -> tuple[list[Any], Any]:
        """Q: D's features -> a list of logits of categories, continuous codes."""
        return self.codes.parts(self.reader(features, training=training))

    def _unread(self, said: Any, batch: Batch, watch: bool = False):
        """-E[log Q(c)] without constants, in nats."""
        _, one_hot, continuous = self.codes.noise_and_codes(batch.latents)
        logits, means = self.read(said.more["features"], batch.training)
        surprise, known = 0.0, 0.0
        for code, answer in zip(one_hot, logits, strict=True):
            missed = ops.mean(
                ops.categorical_crossentropy(code, answer, from_logits=True)
            )
            surprise += missed
            known += math.log(code.shape[1]) - missed
        squares = (continuous - means) ** 2
        if watch:
            if one_hot:
                self.watch({"mutual_information": known})
            if self.codes.continuous:
                self.watch({"continuous_error": ops.mean(squares)})
        return self.code_weight * (surprise + 0.5 * ops.mean(ops.sum(squares, axis=1)))

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`generate`: latents -> images. `encode`: images -> what Q reads.

        A categorical code is answered as the number of its likeliest value.
        """

        def encode(images: Any):
            said = self.discriminate(images, _ASKED)
            logits, means = self.read(said.more["features"])
            told = [ops.cast(ops.argmax(x, axis=1), "int32") for x in logits]
            answers = dict(zip(names, told, strict=True))
            return {**answers, **({"continuous": means} if continuous else {})}

        continuous = self.codes.continuous
        names = _names(len(self.codes.categories))
        classes = map(Labels, self.codes.categories)
        gives = dict(zip(names, classes, strict=True))
        if continuous:
            gives["continuous"] = Points(continuous)
        endpoint = Endpoint(encode, {"images": self.examples}, gives)
        return {**super().endpoints(averaged), "encode": endpoint}

    def traverse(self, steps: int = 10, seed: int = 0) -> np.ndarray:
        """What each code does: images of one z, in which one code changes.

        Args:
            steps: images per code. A categorical code shows its values in turn, a
                continuous one goes from -2 to 2.
            seed: 32-bit integer; fixes z.

        Returns:
            float32 [codes, steps, *image_shape], in [-1, 1]: categorical codes first.
        """
        z = np.asarray(self.codes.sample((1, self.latent_dim), seed))
        rows, start = [], self.codes.noise
        for values in self.codes.categories:
            row = np.repeat(z, steps, axis=0)
            row[:, start : start + values] = np.eye(values)[np.arange(steps) % values]
            rows.append(row)
            start += values
        for i in range(self.codes.continuous):
            row = np.repeat(z, steps, axis=0)
            row[:, start + i] = np.linspace(-_SHOWN, _SHOWN, steps)
            rows.append(row)
        images = self.synthesize(np.concatenate(rows))
        return images.reshape(len(rows), steps, *images.shape[1:])

    def pictures(
        self, examples: tuple[Any, ...] | None, n: int = 64, seed: int = 0
    ) -> dict[str, Picture]:
        """Those of `Game.pictures`, and `traversals`: one code per row."""
        shown = self.traverse(seed=seed)
        flat = shown.reshape(-1, *shown.shape[2:])
        picture = Picture(self.examples, {"samples": flat}, per_row=shown.shape[1])
        return {**super().pictures(examples, n, seed), "traversals": picture}


_ASKED = Batch(None, None, None, None, training=False)


def _names(count: int):
    return ["category"] if count == 1 else [f"category{i + 1}" for i in range(count)]
