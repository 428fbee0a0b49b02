"""What weights must be after each update."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable("kgan")
class Clip(keras.constraints.Constraint):
    """Each weight is clipped to [-limit, limit]: WGAN (arXiv 1701.07875, algorithm 1).

    Keras' optimizers apply a variable's constraint after each update.

        >>> clip = kgan.constraints.Clip(0.01)
        >>> clip(np.array([-1.0, 0.005, 1.0])).numpy().tolist()
        [-0.01, 0.005, 0.01]

    Args:
        limit: above 0; 0.01 in the paper.

    Raises:
        ValueError: for another limit.
    """

    def __init__(self, limit: float = 0.01) -> None:
        if not 0.0 < limit < float("inf"):
            raise ValueError(f"Expected limit > 0. Received: limit={limit}.")
        self.limit = float(limit)

    def __call__(self, value: Any) -> Any:
        return keras.ops.clip(value, -self.limit, self.limit)

    def get_config(self) -> dict[str, Any]:
        return {"limit": self.limit}


def clip(network: keras.Model, limit: float) -> None:
    """Clips all that is trained of a network, now and after each update.

        >>> kgan.constraints.clip(model.discriminator, 0.01)
        >>> float(abs(model.discriminator.get_weights()[0]).max()) <= 0.01
        True

    Args:
        network: built.
        limit: above 0.

    Raises:
        ValueError: for another limit, or a network with spectral normalization, whose
            weights have no scale that a limit could be of.
    """
    constraint = Clip(limit)
    for layer in network._flatten_layers():
        # By name: of Keras or of kgan.
        if type(layer).__name__ == "SpectralNormalization":
            raise ValueError(
                "Expected weights that are clipped or spectrally normalized, not both: "
                "spectral normalization divides by their size. Received: "
                f"{network.name!r} with the layer {layer.name!r}."
            )
    for variable in network.trainable_variables:
        variable.constraint = constraint
        variable.assign(constraint(variable.value))
