"""Names, configs and instances of the objects that a model is made with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from kgan.system.text import did_you_mean


class Configured:
    """An object without networks, which Keras saves with a model as a config.

    >>> loss = kgan.losses.Hinge()
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


def resolve(identifier: Any, kind: type, named: dict[str, Callable[..., Any]]) -> Any:
    """The instance of `kind` that `identifier` means.

    Args:
        identifier: a name; as in recipes, a dictionary of `name` and the arguments of
            what it names; a config from `keras.saving.serialize_keras_object`; or an
            instance, which is returned unchanged.
        kind: the class of the instance.
        named: name -> callable that makes an instance.

    Raises:
        ValueError: for any other `identifier`, or other arguments.
    """
    name, arguments = identifier, {}
    if isinstance(identifier, dict) and "class_name" in identifier:
        identifier = keras.saving.deserialize_keras_object(identifier)
    elif isinstance(identifier, dict) and "name" in identifier:
        name = identifier["name"]
        arguments = {k: v for k, v in identifier.items() if k != "name"}
    if isinstance(identifier, kind):
        return identifier
    what = kind.__name__.lower()
    if not isinstance(name, str) or name not in named:
        hint = did_you_mean(name, named) if isinstance(name, str) else ""
        raise ValueError(
            f"Expected a {what} by name ({', '.join(sorted(named))}), by config, or an "
            f"instance of {kind.__module__}.{kind.__name__}.{hint} "
            f"Received: identifier={identifier!r}."
        )
    try:
        return named[name](**arguments)
    except TypeError as error:
        raise ValueError(
            f"Expected the arguments of the {what} {name!r}. "
            f"Received: {arguments} ({error})."
        ) from None
