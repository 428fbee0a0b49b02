"""SAN's loss."""

from __future__ import annotations

from typing import Any

import keras

from kgan.objectives import losses
from kgan.objectives.losses.loss import Loss
from kgan.objectives.losses.wasserstein import Wasserstein


@keras.saving.register_keras_serializable("kgan")
class Sliced(Loss):
    """SAN's loss, for a discriminator that ends in `kgan.layers.SlicedDense`.

    Takida et al. 2023, "SAN: inducing metrizability of GANs" (arXiv 2301.12811): the
    last layer of D is a unit vector w. Features h learn by the loss that is given, with
    w fixed; w learns by the Wasserstein loss, with h fixed, so that it points where
    real examples and fakes differ most.

        L_D = loss(<h, stop(w)>) + wasserstein(<stop(h), w>)

    G's loss is the one that is given.

        >>> loss = kgan.losses.Sliced("hinge")
        >>> logits = np.zeros((4, 2))
        >>> float(loss.discriminator(logits, logits))
        2.0

    Args:
        loss: the loss of the features: a name, a config or a `Loss`.
    """

    def __init__(self, loss: Any = "hinge") -> None:
        self.loss = losses.get(loss)
        self._direction = Wasserstein()

    def discriminator(self, real_logits: Any, fake_logits: Any) -> Any:
        real, real_direction = _slices(real_logits)
        fake, fake_direction = _slices(fake_logits)
        return self.loss.discriminator(real, fake) + self._direction.discriminator(
            real_direction, fake_direction
        )

    def generator(self, fake_logits: Any, real_logits: Any = None) -> Any:
        real = None if real_logits is None else _slices(real_logits)[0]
        return self.loss.generator(_slices(fake_logits)[0], real)

    def needs_real_logits(self) -> bool:
        return self.loss.needs_real_logits()

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, Any]:
        return self.loss.monitor(_slices(real_logits)[0], _slices(fake_logits)[0])

    def get_config(self) -> dict[str, Any]:
        return {"loss": keras.saving.serialize_keras_object(self.loss)}


def _slices(logits: Any):
    """The two columns of `SlicedDense`, each [batch, 1]."""
    if logits.shape[-1] != 2:
        raise ValueError(
            "Expected logits [batch, 2] of a discriminator that ends in "
            "kgan.layers.SlicedDense. Received: logits of shape "
            f"{tuple(logits.shape)}."
        )
    return logits[..., :1], logits[..., 1:]
