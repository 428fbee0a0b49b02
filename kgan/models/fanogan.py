"""f-AnoGAN."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import keras
from keras import ops

from kgan.core.detecting import Detecting
from kgan.core.encoding import Encoding
from kgan.core.game import Game
from kgan.core.player import Player
from kgan.networks.dcgan import dcgan_discriminator, dcgan_encoder, dcgan_generator
from kgan.networks.heads import with_features
from kgan.spaces import Endpoint, Images, Latents, Picture, Points
from kgan.spaces.maps import heat
from kgan.spaces.picture import first

_CYCLES = ("izi", "ziz", "izi_f")


class Mapped(NamedTuple):
    """What the update of f-AnoGAN's encoder sees: what went in, and what came back.

    Attributes:
        images: x, [batch, *image_shape]; for "ziz" G(z).
        latents: E(x), [batch, latent_dim].
        again: G(E(x)), [batch, *image_shape]; None for "ziz".
        drawn: z, [batch, latent_dim], for "ziz"; else None.
    """

    images: Any
    latents: Any
    again: Any
    drawn: Any


@keras.saving.register_keras_serializable("kgan")
class FAnoGAN(Detecting, Encoding, Game):
    """f-AnoGAN: Schlegl et al. 2019, Medical Image Analysis 54 (doi
    10.1016/j.media.2019.01.010).

    A GAN has learned normal images, by `WGANGP`. Its networks G and D stay as they are,
    in inference mode, and one player, the encoder E, learns to find the latents of an
    image. It minimises one of

        izi:    mean (x - G(E(x)))^2 over the pixels of normal images
        ziz:    mean (z - E(G(z)))^2 over the coordinates of z ~ p_z
        izi_f:  izi + kappa mean (f(x) - f(G(E(x))))^2 over features

    with f the last hidden layer of D. The score A(x) of an image is izi_f of this image
    alone, whatever E was trained by; |x - G(E(x))| tells where it is strange. An image
    that G cannot make, because it saw none like it, has a high score: one pass of three
    networks, where `AnoGAN` searches by hundreds of them.

    Start it from a GAN of equal sizes by `starts_from`, which copies `generator` (the
    averaged one, if there is one) and `discriminator`; or give trained networks.

    The authors train E by RMSprop(5e-5) in batches of 64 for 50,000 updates, with kappa
    = 1 and 128 latents. Their E ends in tanh, although z ~ N(0, I): see `bounded`.

        >>> gan = kgan.WGANGP((28, 28, 1), latent_dim=4, width=2, seed=0)
        >>> networks = {"generator": gan.generator, "discriminator": gan.discriminator}
        >>> model = kgan.FAnoGAN((28, 28, 1), 4, width=2, **networks, seed=1)
        >>> model.compile(keras.optimizers.Adam(1e-3))
        >>> logs = model.fit(data, verbose=0)
        >>> found = model.calibrate(images, false_alarms=0.1)
        >>> sorted(model.detect(images[:3]))
        ['maps', 'scores', 'verdicts']

    Logs beside those of `Game`: `encoder/residual` and `encoder/features`, the two
    terms of izi_f.

    Args:
        image_shape: (height, width, channels), see `DCGAN`.
        latent_dim: coordinates of z.
        width: channels of the convolutions nearest to the image, in all networks.
        kappa: at least 0, the weight of the features, in training and in the score.
        cycle: what E is trained by: "izi_f", "izi" or "ziz".
        bounded: whether E ends in tanh, so that all latents are within (-1, 1).
        normalization: of D, as for the GAN that it starts from.
        latent_prior: see `kgan.latents.get`.
        generator: a trained G, latents -> images; default: that of a DCGAN, for
            `starts_from`.
        discriminator: a trained D, images -> logits, whose last layer is dense.
        encoder: your own E, images -> [batch, latent_dim].
        false_alarms, map_sigma, hottest: see `kgan.core.detecting.Detecting`.
        seed: integer; fixes the initial weights, and the latents of "ziz".
        **kwargs: as for `Game`; `ema_decay` averages E.

    Raises:
        ValueError: for an image shape that the networks cannot make, other sizes,
            another cycle or kappa, or networks that do not fit; before training, if G
            has its initial weights.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 128,
        width: int = 64,
        *,
        kappa: float = 1.0,
        cycle: Literal["izi_f", "izi", "ziz"] = "izi_f",
        bounded: bool = False,
        normalization: str | None = None,
        latent_prior: Any = "normal",
        generator: keras.Model | None = None,
        discriminator: keras.Model | None = None,
        encoder: keras.Model | None = None,
        false_alarms: float = 0.05,
        map_sigma: float | None = None,
        hottest: bool = False,
        seed: int | None = None,
        name: str = "fanogan",
        **kwargs: Any,
    ) -> None:
        image_shape = tuple(image_shape)
        _check(kappa, cycle)
        given = generator is not None
        generator = generator or dcgan_generator(image_shape, latent_dim, width, seed)
        discriminator = discriminator or dcgan_discriminator(
            image_shape, width, seed, normalization
        )
        encoder = encoder or _encoder(image_shape, latent_dim, width, seed, bounded)
        _check_shapes(image_shape, latent_dim, generator, discriminator, encoder)
        super().__init__(
            [Player("encoder", encoder, self.encoder_loss)],
            Images(image_shape),
            averaged=[encoder],
            seed=seed,
            name=name,
            **kwargs,
        )
        self.encoder = encoder
        # No player has them: nothing trains them. Files and states keep them.
        self.generator = generator
        self.discriminator = with_features(discriminator)
        self.latents = Latents(latent_dim, latent_prior)
        self.kappa, self.cycle = float(kappa), cycle
        self.false_alarms, self.map_sigma = false_alarms, map_sigma
        self.hottest = hottest
        self._initial = None if given else _digest(generator)

    # The game

    def play(self, data: tuple[Any, ...], training: bool) -> Mapped:
        (images,) = data
        drawn = again = None
        if self.cycle == "ziz":
            shape = (ops.shape(images)[0], self.latents.dim)
            drawn = self.draws.rows(self.latents.prior.sample, shape)
            images = self.generator(drawn, training=False)
        latents = self.encoder(images, training=training)
        if self.cycle != "ziz":
            again = self.generator(latents, training=False)
        return Mapped(images, latents, again, drawn)

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        batch, tape = self.record(data, "encoder")
        return batch, {"encoder": self.update("encoder", batch, tape)}

    def encoder_loss(self, batch: Mapped) -> dict[str, Any]:
        """The terms that E minimises, by name: scalars, means over the batch."""
        if self.cycle == "ziz":
            return {"latents": ops.mean((batch.drawn - batch.latents) ** 2)}
        terms = {"residual": ops.mean((batch.images - batch.again) ** 2)}
        if self.cycle == "izi_f" and self.kappa:
            difference = self.features(batch.images) - self.features(batch.again)
            terms["features"] = self.kappa * ops.mean(difference**2)
        return terms

    def features(self, images: Any) -> Any:
        """f: the last hidden layer of D in inference mode, [batch, features]."""
        return self.discriminator(images, training=False)[1]

    def check(self) -> None:
        """Refuses a G that nobody has trained."""
        if self._initial is not None and _digest(self.generator) == self._initial:
            raise ValueError(
                "Expected a trained generator, whose latents the encoder learns to "
                "find. Received: one with its initial weights. Start from a GAN of "
                "equal sizes, such as --starts-from fanogan_gan after `python train.py "
                "fanogan_gan`; or give `generator` and `discriminator`."
            )

    def compile(self, encoder_optimizer: Any = "rmsprop", **kwargs: Any) -> None:
        """Configures training.

        Args:
            encoder_optimizer: E's optimizer: a name, a config or an instance.
            **kwargs: as for `Game.compile`.

        Raises:
            ValueError: as `Game.compile`.
        """
        super().compile(encoder_optimizer=encoder_optimizer, **kwargs)

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`score`: images -> score, map and verdict, see
        `kgan.core.detecting.Detecting`; `reconstruct`: images -> G(E(images));
        `encode`: images -> E(images)."""
        encoder = self.shown(self.encoder, averaged)
        images = {"images": self.spaces[0]}

        def encode(images: Any):
            return {"latents": encoder(images, training=False)}

        def again(images: Any):
            return self.generator(encode(images)["latents"], training=False)

        def judge(images: Any):
            made = again(images)
            # A(x) = mean (x - G(E(x)))^2 + kappa mean (f(x) - f(G(E(x))))^2
            residuals = images - made
            difference = self.features(images) - self.features(made)
            scores = ops.mean(residuals**2, axis=(1, 2, 3))
            return scores + self.kappa * ops.mean(difference**2, axis=1), residuals

        def reconstruct(images: Any):
            return {"images": ops.clip(again(images), -1.0, 1.0)}

        return {
            "score": self.detection(judge, averaged),
            "reconstruct": Endpoint(reconstruct, images, images, target=0),
            "encode": Endpoint(encode, images, {"latents": Points(self.latents.dim)}),
        }

    def pictures(
        self, examples: tuple[Any, ...] | None, n: int = 64, seed: int = 0
    ) -> dict[str, Picture]:
        """Rows of: image, G(E(image)), map."""
        if examples is None:
            return {}
        images = first(examples[0], n)
        maps = self.endpoint("score")(images=images)["maps"]
        colors = heat(maps, float(maps.max()))
        again = self.endpoint("reconstruct")(images=images)["images"]
        columns = {"image": images, "again": again, "map": colors}
        return {"score": Picture(self.spaces[0], columns)}


def _encoder(
    image_shape: Sequence[int],
    latent_dim: int,
    width: int,
    seed: int | None,
    bounded: bool,
):
    encoder = dcgan_encoder(image_shape, latent_dim, width, seed)
    if not bounded:
        return encoder
    latents = keras.layers.Activation(
        "tanh", dtype=keras.config.floatx(), name="latents"
    )(encoder.output)
    return keras.Model(encoder.input, latents, name="encoder")


def _digest(network: keras.Model):
    digest = hashlib.sha256()
    for weight in network.get_weights():
        digest.update(weight.tobytes())
    return digest.hexdigest()


def _check(kappa: float, cycle: str):
    if not 0.0 <= kappa < float("inf"):
        raise ValueError(
            f"Expected kappa >= 0, the weight of the features. Received: kappa={kappa}."
        )
    if cycle not in _CYCLES:
        raise ValueError(
            f"Expected cycle {', '.join(map(repr, _CYCLES))}. Received: {cycle!r}."
        )


def _check_shapes(
    image_shape: tuple[int, ...],
    latent_dim: int,
    generator: keras.Model,
    discriminator: keras.Model,
    encoder: keras.Model,
):
    shapes = {
        "generator": (generator, (latent_dim,), image_shape),
        "discriminator": (discriminator, image_shape, None),
        "encoder": (encoder, image_shape, (latent_dim,)),
    }
    for name, (network, takes, gives) in shapes.items():
        ends = tuple(network.input_shape[1:]), tuple(network.output_shape[1:])
        if ends[0] != takes or gives not in (None, ends[1]):
            raise ValueError(
                f"Expected the {name} to map {list(takes)} to "
                f"{'logits' if gives is None else list(gives)}. Received: one that "
                f"maps {list(ends[0])} to {list(ends[1])}."
            )
