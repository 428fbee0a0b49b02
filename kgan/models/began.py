"""BEGAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import keras
from keras import ops

from kgan.core.detecting import Detecting
from kgan.core.gan import GAN
from kgan.core.plateau import Plateau
from kgan.networks.autoencoder import autoencoder_discriminator, autoencoder_generator
from kgan.objectives import reconstruction as reconstructions
from kgan.spaces import Endpoint, Picture, Points
from kgan.spaces.picture import first


class Autoencoded(NamedTuple):
    """A batch of `kgan.Batch`, and what D loses of it.

    Attributes:
        real_loss: L(x), the mean over the real examples, a scalar.
        fake_loss: L(G(z)), the mean over the generated examples, a scalar.
    """

    real: Any
    fake: Any
    latents: Any
    labels: Any
    training: bool
    real_loss: Any
    fake_loss: Any


@keras.saving.register_keras_serializable("kgan")
class BEGAN(Detecting, GAN):
    """Boundary equilibrium GAN: Berthelot, Schumm and Metz 2017 (arXiv 1703.10717).

    D is an autoencoder. It learns to give real examples back, and others not:

        L(v) = |v - D(v)|^eta, eta = 1 or 2, the mean over pixels               (1)
        L_D = L(x) - k_t L(G(z))                                                (5)
        L_G = L(G(z))
        k_{t+1} = k_t + lambda_k (gamma L(x) - L(G(z))), within [0, 1]
        M_global = L(x) + |gamma L(x) - L(G(z))|

    k_t is a controller: it holds E[L(G(z))] = gamma E[L(x)], the equilibrium of the two
    players. A low gamma gives sharper and less diverse samples. M_global is low when D
    gives real examples back well and the game is in balance.

    Both players update on one pass of D over real and generated examples, as in the
    authors' code; k_t follows, by the losses of that pass over the global batch. The
    paper trains with Adam(1e-4), in batches of 16, with z ~ U(-1, 1)^64 and n = 128.

        >>> model = kgan.BEGAN((28, 28, 1), latent_dim=4, width=2, seed=0)
        >>> model.generate(3).shape
        (3, 28, 28, 1)
        >>> model.endpoint("score")(images=images[:3])["scores"].shape
        (3,)

    Logs beside those of `Game`: `k` = k_t, `m_global`, `l_real` = L(x), `l_fake` =
    L(G(z)), `l_ratio` = L(G(z)) / L(x), and `balance` = gamma L(x) - L(G(z)).

    Args:
        image_shape: (height, width, channels): sides of 28, 32, 48, 64, 96, 128 or
            more, square or not; 1 to 4 channels.
        latent_dim: coordinates of z.
        hidden: coordinates of D's code; as many as latents in the paper.
        width: channels of the convolutions nearest to the image.
        gamma: in (0, 1], the ratio L(G(z)) / L(x) that k_t aims at.
        lambda_k: the step of k_t, at least 0; 0 fixes k.
        k: k_0, in [0, 1].
        reconstruction: "l1" for eta = 1, "l2" for eta = 2.
        skips: whether each stage of G and of D's decoder sees the first grid.
        residual_steps: updates until residual connections vanish; 0 for none.
        stall_steps: halve both learning rates where the mean M_global of so many steps
            is not below that of earlier ones; None for rates that stay.
        latent_prior: see `kgan.latents.get`.
        seed: integer; fixes initial weights and latents.
        **kwargs: as for `GAN`, without `loss`.

    Raises:
        ValueError: for an image shape that the networks cannot make, or numbers out of
            range.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28, 1),
        latent_dim: int = 64,
        hidden: int = 64,
        width: int = 64,
        *,
        gamma: float = 0.5,
        lambda_k: float = 0.001,
        k: float = 0.0,
        reconstruction: Literal["l1", "l2"] = "l1",
        skips: bool = False,
        residual_steps: int = 0,
        stall_steps: int | None = None,
        latent_prior: Any = "uniform",
        seed: int | None = None,
        name: str = "began",
        **kwargs: Any,
    ) -> None:
        _check(gamma, lambda_k, k)
        image_shape, shape = tuple(image_shape), (width, skips, residual_steps, seed)
        super().__init__(
            autoencoder_generator(image_shape, latent_dim, *shape),
            autoencoder_discriminator(image_shape, hidden, *shape),
            # Both losses are those above.
            loss=None,
            latent_prior=latent_prior,
            seed=seed,
            name=name,
            **kwargs,
        )
        self.gamma = gamma
        self.lambda_k = lambda_k
        self.distance = reconstructions.get(reconstruction)
        self.k = self.state("k", k)
        self.plateau = None if stall_steps is None else Plateau(self, stall_steps)

    # The game

    def discriminate(self, examples: Any, batch: Any) -> Any:
        """L(v) of each example, [batch]."""
        outputs = self.discriminator(examples, training=batch.training)
        return self.distance(examples, outputs)

    def play(self, data: tuple[Any, ...], training: bool) -> Autoencoded:
        batch = super().play(data, training)
        # One pass: D has no batch statistics that would mix both. In pairs, so that
        # what `augment` draws for a row does not depend on the number of replicas.
        both = ops.stack([ops.cast(batch.real, batch.fake.dtype), batch.fake], axis=1)
        losses = self.judge(ops.reshape(both, (-1, *self.image_shape)), batch)
        means = ops.mean(ops.reshape(losses, (-1, 2)), axis=0)
        return Autoencoded(*batch, means[0], means[1])

    def turns(self, data: tuple[Any, ...]) -> tuple[Any, dict[str, dict[str, Any]]]:
        return self.simultaneous_turns(data)

    def discriminator_loss(self, batch: Autoencoded) -> dict[str, Any]:
        # L_D = L(x) - k_t L(G(z))
        return {"real": batch.real_loss, "fake": -self.k.value * batch.fake_loss}

    def generator_loss(self, batch: Autoencoded) -> dict[str, Any]:
        # L_G = L(G(z))
        return {"reconstruction": batch.fake_loss}

    def after_step(self, batch: Autoencoded, terms: dict[str, dict[str, Any]]) -> None:
        super().after_step(batch, terms)
        # The means over replicas first: neither |.| nor clipping is linear.
        real, fake = map(self.global_mean, (batch.real_loss, batch.fake_loss))
        balance = self.gamma * real - fake
        # M_global = L(x) + |gamma L(x) - L(G(z))|
        m_global = real + ops.abs(balance)
        self.watch({"k": self.k.value, "m_global": m_global, "balance": balance})
        ratio = ops.divide_no_nan(fake, real)
        self.watch({"l_real": real, "l_fake": fake, "l_ratio": ratio})
        # k_{t+1} = k_t + lambda_k (gamma L(x) - L(G(z)))
        self.k.assign(ops.clip(self.k.value + self.lambda_k * balance, 0.0, 1.0))
        if self.plateau is not None:
            self.plateau.update(m_global, self.steps)

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """As `GAN.compile`.

        Raises:
            ValueError: as `GAN.compile`; for a learning rate by a schedule beside
                `stall_steps`.
        """
        super().compile(*args, **kwargs)
        if self.plateau is not None:
            self.plateau.check()

    # Asking

    def endpoints(self, averaged: bool = True) -> dict[str, Endpoint]:
        """`generate`; `reconstruct`: images -> D(images); `encode`: images -> codes;
        `score`: images -> L, which is high for images unlike the real ones, a map of
        |x - D(x)|, and a verdict, see `kgan.core.detecting.Detecting`."""
        made = super().endpoints(averaged)["generate"]
        encoder = self.discriminator.get_layer("encoder")
        images, codes = {"images": self.examples}, Points(encoder.output_shape[-1])

        def generate(**latents: Any):
            return {"images": _pixels(made.function(**latents)["images"])}

        def reconstruct(images: Any):
            return {"images": _pixels(self.discriminator(images))}

        def encode(images: Any):
            return {"codes": ops.cast(encoder(images), keras.backend.floatx())}

        def judge(images: Any):
            outputs = self.discriminator(images)
            return self.distance(images, outputs), images - outputs

        return {
            "generate": Endpoint(generate, made.takes, images, seeded="sample"),
            "reconstruct": Endpoint(reconstruct, images, images, target=0),
            "encode": Endpoint(encode, images, {"codes": codes}),
            "score": self.detection(judge, averaged),
        }

    def pictures(
        self, examples: tuple[Any, ...] | None, n: int = 64, seed: int = 0
    ) -> dict[str, Picture]:
        """Samples; and rows of: real, D(real), sample, D(sample)."""
        pictures = super().pictures(examples, n, seed)
        samples = pictures["generate"].columns["samples"]
        columns = {"sample": samples}
        if examples is not None:
            columns = {"real": first(examples[0], n), **columns}
        rows = {}
        for title, column in columns.items():
            again = self.endpoint("reconstruct")(images=column)["images"]
            rows |= {title: column, f"autoencoded {title}": again}
        pictures.pop("reconstruct", None)
        return {**pictures, "autoencoded": Picture(self.examples, rows)}


def _pixels(outputs: Any):
    """The networks have no output activation; pixels are within [-1, 1]."""
    return ops.clip(outputs, -1.0, 1.0)


def _check(gamma: float, lambda_k: float, k: float):
    if not 0.0 < gamma <= 1.0:
        raise ValueError(
            "Expected gamma in (0, 1], the ratio L(G(z)) / L(x) to aim at. "
            f"Received: gamma={gamma}."
        )
    if not 0.0 <= lambda_k < float("inf"):
        raise ValueError(
            "Expected lambda_k >= 0, the step of k; 0 fixes k. "
            f"Received: lambda_k={lambda_k}."
        )
    if not 0.0 <= k <= 1.0:
        raise ValueError(f"Expected k in [0, 1], where k begins. Received: k={k}.")
