"""Names, configs and instances of the objects that a model is made with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


class Configured:
    """An object without networks, which Keras saves with a model as a config.

    >>> loss = kgan.losses.Minimax()
    >>> isinstance(loss, kgan.system.registry.Configured), loss.get_config()
    (True, {})
    """

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor, as JSON values."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An instance made with the arguments in `config`."""
        return cls(**config)


def resolve(identifier: Any, kind: type, named: dict[str, Callable[[], Any]]) -> Any:
    """The instance of `kind` that `identifier` means.

    Args:
        identifier: a name, a config from `keras.saving.serialize_keras_object`, or an
            instance, which is returned unchanged.
        kind: the class of the instance.
        named: name -> callable that makes an instance.

    Raises:
        ValueError: for any other `identifier`.
    """
    if isinstance(identifier, dict):
        identifier = keras.saving.deserialize_keras_object(identifier)
    if isinstance(identifier, kind):
        return identifier
    if identifier in named:
        return named[identifier]()
    raise ValueError(
        f"Expected a {kind.__name__.lower()} by name ({', '.join(sorted(named))}), by "
        f"config, or an instance of {kind.__module__}.{kind.__name__}. "
        f"Received: identifier={identifier!r}."
    )
