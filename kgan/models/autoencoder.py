"""The autoencoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import keras

from kgan.core.detecting import Detecting
from kgan.core.encoding import Encoding
from kgan.core.game import Game
from kgan.core.player import Player
from kgan.networks.dcgan import dcgan_encoder, dcgan_generator
from kgan.networks.mlp_autoencoder import mlp_decoder, mlp_encoder
from kgan.objectives import likelihoods
from kgan.spaces import Endpoint, Images, Points, of_shape
from kgan.spaces.space import dims
from kgan.system.checks import check_mean, check_whole


class Coded(NamedTuple):
    """What the update of an autoencoder sees.

    Attributes:
        examples: x as the model observes it, [batch, *image_shape].
        code: what the encoder says of x, [batch, numbers per code].
        outputs: what the decoder says of the latents, [batch, *image_shape].
    """

    examples: Any
    code: Any
    outputs: Any


@keras.saving.register_keras_serializable("kgan")
class AutoEncoder(Detecting, Encoding, Game):
    """Encoder and decoder that lose as little of an image as they can.

    One player with two networks: the encoder makes a code z of an image x, and the
    decoder says how likely x is where it sees z (Hinton and Salakhutdinov 2006,
    doi 10.1126/science.1127647). Both minimise

        -log p(x | z),  z = encoder(x)

    in nats per image, see `kgan.likelihoods`. Nothing says how codes are distributed,
    so that there are no samples: that is what a `VAE` adds.

    >>> model = kgan.AutoEncoder((28, 28, 1), latent_dim=2, hidden=(8,), seed=0)
    >>> model.compile(keras.optimizers.Adam(1e-3))
    >>> sorted(model.fit(data, verbose=0).history)
    ['autoencoder_loss']
    >>> model.reconstruct(images).shape
    (64, 28, 28, 1)

    Args:
        image_shape: the shape of one example: an image, or a point (d,).
        latent_dim: coordinates of z, at least 1.
        architecture: "mlp" (see `kgan.networks.mlp_encoder`), or "dcgan" (see
            `kgan.networks.dcgan_encoder`), which needs images.
        hidden: tanh units of the encoder's hidden layers, in the order from x to z; the
            decoder has them in reverse order. For "mlp".
        width: channels of the convolutions nearest to the image. For "dcgan".
        encoder: your own network instead, x -> code [batch, numbers_per_latent *
            latent_dim].
        decoder: your own network instead, z [batch, latent_dim] -> [batch,
            *image_shape], without output function.
        likelihood: a name ("bernoulli", "bernoulli_static", "bernoulli_stochastic",
            "gaussian"), config or instance, see `kgan.likelihoods`.
        mean: the mean example of the data in [-1, 1], which is what the decoder of
            "mlp" says at first, by its output biases; None for biases of 0.
        seed: integer; fixes initial weights and draws.
        **kwargs: as for `Game`; `ema_decay` averages both networks.

    Attributes:
        numbers_per_latent: numbers in a code per coordinate of z.

    Raises:
        ValueError: for sizes below 1, another architecture, networks that do not fit, a
            mean of another shape, or a likelihood that the examples cannot have.
    """

    numbers_per_latent = 1

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 32,
        *,
        architecture: Literal["mlp", "dcgan"] = "mlp",
        hidden: Sequence[int] = (500,),
        width: int = 64,
        encoder: keras.Model | None = None,
        decoder: keras.Model | None = None,
        likelihood: Any = "bernoulli",
        mean: Any = None,
        seed: int | None = None,
        name: str = "autoencoder",
        **kwargs: Any,
    ) -> None:
        space = of_shape(image_shape)
        likelihood = likelihoods.get(likelihood)
        likelihood.check_space(space)
        check_whole("latent_dim", latent_dim)
        if architecture not in _ARCHITECTURES:
            raise ValueError(
                f"Expected architecture to be one of {', '.join(_ARCHITECTURES)}. "
                f"Received: architecture={architecture!r}."
            )
        numbers = self.numbers_per_latent * latent_dim
        bias = None
        if mean is not None:
            bias = likelihood.outputs_of(check_mean(mean, space.shape))
        hidden = tuple(hidden)
        sizes = _Sizes(space.shape, numbers, latent_dim, hidden, width, seed, bias)
        make_encoder, make_decoder = _ARCHITECTURES[architecture]
        encoder = encoder or make_encoder(sizes)
        decoder = decoder or make_decoder(sizes)
        _check_shape("encoder", encoder, space.shape, (numbers,))
        _check_shape("decoder", decoder, (latent_dim,), space.shape)
        networks = [encoder, decoder]
        super().__init__(
            [Player("autoencoder", networks, self.autoencoder_loss)],
            space,
            averaged=networks,
            seed=seed,
            name=name,
            **kwargs,
        )
        self.encoder, self.decoder = encoder, decoder
        self.latent_dim = latent_dim
        self.likelihood = likelihood

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of one example, without the batch."""
        return tuple(self.spaces[0].shape)

    @classmethod
    def data_arguments(cls, source: Any) -> dict[str, Any]:
        return {**super().data_arguments(source), "mean": source.mean()}

    def get_config(self) -> dict[str, Any]:
        # Without `mean`, because `mean` only sets initial biases, which are weights.
        config = super().get_config()
        config.pop("mean", None)
        return config

    # The game

    def latents_of(self, code: Any) -> Any:
        """z [batch, latent_dim] of a code, in a training step."""
        return code

    def play(self, data: tuple[Any, ...], training: bool) -> Coded:
        # Validation sees the same pixels each time.
        uniform = self.draws.uniform if training else None
        examples = self.likelihood.observe(data[0], uniform)
        code = self.encoder(examples, training=training)
        outputs = self.decoder(self.latents_of(code), training=training)
        return Coded(examples, code, outputs)

    def turns(self, data: tuple[Any, ...]) -> tuple[Coded, dict[str, dict[str, Any]]]:
        batch, tape = self.record(data, "autoencoder")
        return batch, {"autoencoder": self.update("autoencoder", batch, tape)}

    def autoencoder_loss(self, batch: Coded) -> dict[str, Any]:
        """The terms that both networks minimise, by name, in nats per image."""
        log_p = self.likelihood.log_prob(batch.examples, batch.outputs)
        return {"reconstruction": -keras.ops.mean(log_p)}

    def compile(self, autoencoder_optimizer: Any = "adam", **kwargs: Any) -> None:
        """Configures training.

        Args:
            autoencoder_optimizer: of both networks: a name, a config or an instance.
            **kwargs: as for `Game.compile`.

        Raises:
            ValueError: as `Game.compile`.
        """
        super().compile(autoencoder_optimizer=autoencoder_optimizer, **kwargs)

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`reconstruct`: images -> images; `encode`: images -> z; `score`, of images:
        the mean of (x - reconstruction)^2 over pixels, see
        `kgan.core.detecting.Detecting`."""
        encoder = self.shown(self.encoder, averaged)
        decoder = self.shown(self.decoder, averaged)
        images = {"images": self.spaces[0]}

        def code_of(images: Any):
            return encoder(self.likelihood.observe(images), training=False)

        def reconstruct(images: Any):
            code = code_of(images)[:, : self.latent_dim]
            return {"images": self.shown_images(decoder(code, training=False))}

        def judge(images: Any):
            residuals = images - reconstruct(images)["images"]
            return keras.ops.mean(residuals**2, axis=(1, 2, 3)), residuals

        endpoints = {
            "reconstruct": Endpoint(reconstruct, images, images, target=0),
            "encode": self.encoding(code_of),
        }
        if isinstance(self.spaces[0], Images):
            endpoints["score"] = self.detection(judge, averaged)
        return endpoints

    def encoding(self, code_of: Callable[[Any], Any]) -> Endpoint:
        """The endpoint `encode`.

        Args:
            code_of: examples -> code [batch, numbers_per_latent * latent_dim].
        """
        return Endpoint(
            lambda images: {"latents": code_of(images)},
            {"images": self.spaces[0]},
            {"latents": Points(self.latent_dim)},
        )

    def shown_images(self, outputs: Any) -> Any:
        """The mean of p(x | z) as an example of the model's space."""
        mean = self.likelihood.mean(outputs)
        limits = self.spaces[0].limits
        return keras.ops.clip(mean, *limits) if limits else mean


class _Sizes(NamedTuple):
    image_shape: Sequence[int]
    outputs: int
    latent_dim: int
    hidden: tuple[int, ...]
    width: int
    seed: int | None
    bias: Any


# Name -> builders of the encoder and of the decoder.
_ARCHITECTURES = {
    "mlp": (
        lambda s: mlp_encoder(s.image_shape, s.outputs, s.hidden, s.seed),
        lambda s: mlp_decoder(
            s.image_shape, s.latent_dim, s.hidden[::-1], s.seed, s.bias
        ),
    ),
    "dcgan": (
        lambda s: dcgan_encoder(s.image_shape, s.outputs, s.width, s.seed),
        lambda s: dcgan_generator(
            s.image_shape, s.latent_dim, s.width, s.seed, output="linear"
        ),
    ),
}


def _check_shape(
    name: str, network: keras.Model, takes: Sequence[int], gives: Sequence[int]
):
    ends = tuple(network.input_shape[1:]), tuple(network.output_shape[1:])
    if ends != (tuple(takes), tuple(gives)):
        raise ValueError(
            f"Expected the {name} to map [batch, {dims(takes)}] to [batch, "
            f"{dims(gives)}]. Received: one that maps [batch, {dims(ends[0])}] to "
            f"[batch, {dims(ends[1])}]."
        )
