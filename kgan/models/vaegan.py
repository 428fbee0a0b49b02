"""VAE/GAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from kgan.core.encoding import Encoding
from kgan.core.gan import GAN
from kgan.core.player import Player
from kgan.networks.dcgan import dcgan_discriminator, dcgan_encoder, dcgan_generator
from kgan.objectives.penalties import Opinion
from kgan.objectives.posterior import gaussian_kl, moments, reparametrized
from kgan.spaces import Endpoint, Points
from kgan.system.checks import check_whole

# The loss of D, in nats, around which the gate keeps both sides: near log 2.
_EQUILIBRIUM = 0.68


class Judged(NamedTuple):
    """A batch of `kgan.Batch`, what the encoder says of it, and what D says of all.

    Attributes:
        code: of q(z | x), [batch, 2 latent_dim].
        reconstruction: x~ = G(z), z ~ q(z | x), [batch, *image_shape].
        real_features, features: D_l(x) and D_l(x~), [batch, ...].
        real_logits: of x, [batch, 1].
        fake_logits: of x~ and of G(z_p), z_p ~ N(0, I), [2 batch, 1].
    """

    real: Any
    fake: Any
    latents: Any
    labels: Any
    training: bool
    code: Any
    reconstruction: Any
    real_features: Any
    features: Any
    real_logits: Any
    fake_logits: Any


@keras.saving.register_keras_serializable("kgan")
class VAEGAN(Encoding, GAN):
    """VAE/GAN: Larsen et al. 2016, "Autoencoding beyond pixels" (arXiv 1512.09300).

    A VAE whose decoder is the generator of a GAN. Images are compared by what a hidden
    layer of D, D_l, makes of them, instead of pixel by pixel. With x~ = G(z),
    z ~ q(z | x), and z_p ~ N(0, I) (algorithm 1):

        L_prior = KL(q(z | x) || N(0, I))                                      (3)
        L_llike = -E_q[log N(D_l(x); D_l(x~), I)]                              (7)
        L_GAN   = log D(x) + log(1 - D(x~)) + log(1 - D(G(z_p)))               (9)

        encoder descends  L_prior + L_llike
        G       descends  gamma L_llike + L_GAN
        D       descends  -L_GAN

    L_llike does not train D, nor does L_GAN train the encoder: each player's update
    changes that player alone. All three update on one pass.

    Differences from algorithm 1: the two kinds of fakes count half each, so that D
    sees both sides alike, as in `GAN`, and V(D, G) keeps its equilibrium, -log 4; L_GAN
    of G may be any loss of `kgan.losses`, and is the minimax loss of the paper by
    default; L_llike leaves out its constant.

    The paper trains by RMSprop(3e-4), in batches of 64, with 128 latents. By it alone
    few get its results: the authors' code, not the paper, has a gate, see `margin`.

        >>> model = kgan.VAEGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
        >>> model.reconstruct(images[:3]).shape
        (3, 28, 28, 1)

    Logs beside those of `GAN`: `encoder/prior` = L_prior and `encoder/features` =
    L_llike, in nats; with a margin `d/updated` and `g/updated`, the share of steps in
    which the gate let a side update.

    Args:
        image_shape: (height, width, channels), see `DCGAN`.
        latent_dim: coordinates of z.
        width: channels of the convolutions nearest to the image, in all three networks.
        gamma: above 0, the weight of L_llike for G. L_llike is a sum over a layer, and
            L_GAN is of the size of log 4, so that it is small.
        layer: the name of D's layer l. Default: its last hidden one.
        loss: see `kgan.losses.get`.
        margin: above 0: D rests while its loss of real or of fake examples, in nats, is
            below .68 - margin; G rests while one of them is above .68 + margin; where
            both would rest, both update. The authors have .35. None for no gate.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`.

    Raises:
        ValueError: for an image shape that the networks cannot make, numbers out of
            range, or a layer that D does not have.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 128,
        width: int = 64,
        *,
        gamma: float = 1e-3,
        layer: str | None = None,
        loss: Any = "minimax",
        margin: float | None = None,
        seed: int | None = None,
        name: str = "vaegan",
        **kwargs: Any,
    ) -> None:
        _check(gamma, margin)
        check_whole("latent_dim", latent_dim)
        image_shape = tuple(image_shape)
        encoder = dcgan_encoder(image_shape, 2 * latent_dim, width, seed)
        super().__init__(
            dcgan_generator(image_shape, latent_dim, width, seed),
            dcgan_discriminator(image_shape, width, seed),
            players=[Player("encoder", encoder, self.encoder_loss)],
            loss=loss,
            seed=seed,
            name=name,
            **kwargs,
        )
        self.encoder = encoder
        self.gamma = gamma
        self.margin = margin
        self.layer = layer or _last_hidden(self.discriminator)
        _check_layer(self.discriminator, self.layer)

    # The game

    def discriminate(self, examples: Any, batch: Any) -> Opinion:
        """The logits of examples, and `features`, D_l."""
        network = self.discriminator
        outputs = [network.get_layer(self.layer).output, network.output]
        features, logits = keras.Model(network.input, outputs)(
            examples, training=batch.training
        )
        # A sum over a layer is beyond the half precisions.
        features = ops.cast(features, keras.backend.floatx())
        return Opinion(logits, {"features": features})

    def play(self, data: tuple[Any, ...], training: bool) -> Judged:
        batch = super().play(data, training)
        code = self.encoder(batch.real, training=training)
        epsilon = self.draws.normal((ops.shape(code)[0], self.latent_dim))
        again = self.make(reparametrized(code, epsilon), batch.labels, training)
        # Three passes: each kind of example has batch statistics of its own.
        real, made, fake = (
            self.judge(x, batch) for x in (batch.real, again, batch.fake)
        )
        features = real.more["features"], made.more["features"]
        logits = ops.concatenate([made.logits, fake.logits])
        return Judged(*batch, code, again, *features, real.logits, logits)

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        return self.simultaneous_turns(data, self.gates)

    def gates(self, batch: Judged) -> dict[str, Any]:
        """Who updates, by what D loses of the global batch."""
        if self.margin is None:
            return {}
        real, fake = ops.softplus(-batch.real_logits), ops.softplus(batch.fake_logits)
        lost = ops.stack([self.global_mean(ops.mean(x)) for x in (real, fake)])
        d = ops.min(lost) >= _EQUILIBRIUM - self.margin
        g = ops.max(lost) <= _EQUILIBRIUM + self.margin
        neither = ops.logical_not(ops.logical_or(d, g))
        return {"d": ops.logical_or(d, neither), "g": ops.logical_or(g, neither)}

    def discriminator_loss(self, batch: Judged) -> dict[str, Any]:
        logits = batch.real_logits, batch.fake_logits
        self.watch(self.objective.monitor(*logits))
        return {"adversarial": self.objective.discriminator(*logits)}

    def generator_loss(self, batch: Judged) -> dict[str, Any]:
        adversarial = self.objective.generator(batch.fake_logits, batch.real_logits)
        features = self.gamma * self.feature_loss(batch)
        return {"adversarial": adversarial, "features": features}

    def encoder_loss(self, batch: Judged) -> dict[str, Any]:
        """The terms that the encoder minimises, by name, in nats per image."""
        prior = ops.mean(gaussian_kl(*moments(batch.code)))
        return {"prior": prior, "features": self.feature_loss(batch)}

    def feature_loss(self, batch: Judged) -> Any:
        """L_llike without its constant: 1/2 |D_l(x) - D_l(x~)|^2, a scalar."""
        difference = batch.real_features - batch.features
        per_image = ops.sum(difference**2, axis=tuple(range(1, difference.ndim)))
        return 0.5 * ops.mean(per_image)

    def compile(
        self,
        d_optimizer: Any = "adam",
        g_optimizer: Any = "adam",
        encoder_optimizer: Any = "adam",
        **kwargs: Any,
    ) -> None:
        """Configures training.

        Args:
            d_optimizer: D's optimizer: a name, a config or an instance.
            g_optimizer: G's; another instance.
            encoder_optimizer: the encoder's; another instance.
            **kwargs: as for `Game.compile`.

        Raises:
            ValueError: as `Game.compile`.
        """
        super().compile(
            d_optimizer, g_optimizer, encoder_optimizer=encoder_optimizer, **kwargs
        )

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`generate`: latents -> images; `reconstruct`: images -> images, through the
        mean of q(z | x); `encode`: images -> mean and log variance."""
        network = self.shown(self.generator, averaged)
        images, numbers = {"images": self.examples}, Points(self.latent_dim)

        def encode(images: Any):
            mean, log_variance = moments(self.encoder(images, training=False))
            return {"mean": mean, "log_variance": log_variance}

        def reconstruct(images: Any):
            return {"images": self.make(encode(images)["mean"], network=network)}

        gives = {"mean": numbers, "log_variance": numbers}
        return {
            **super().endpoints(averaged),
            "reconstruct": Endpoint(reconstruct, images, images, target=0),
            "encode": Endpoint(encode, images, gives),
        }


def _last_hidden(discriminator: keras.Model):
    """The name of the last layer whose output is a grid of pixels."""
    grids = [layer for layer in discriminator.layers if len(layer.output.shape) == 4]
    return grids[-1].name


def _check(gamma: float, margin: float | None):
    if not 0.0 < gamma < float("inf"):
        raise ValueError(
            "Expected gamma > 0, the weight of the reconstruction for G. "
            f"Received: gamma={gamma}."
        )
    if margin is not None and not 0.0 < margin < float("inf"):
        raise ValueError(
            f"Expected margin > 0, or None for no gate. Received: margin={margin}."
        )


def _check_layer(discriminator: keras.Model, name: str):
    names = [layer.name for layer in discriminator.layers]
    if name not in names:
        raise ValueError(
            f"Expected the name of a layer of D: {', '.join(names)}. "
            f"Received: layer={name!r}."
        )
