"""Names, configs and instances of things that models are made with."""

import keras


class Configured:
    """Something without networks that Keras saves with a model by its config."""

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def resolve(identifier, kind, named):
    """The instance of `kind` that `identifier` means.

    Args:
        identifier: a name, a config made by `keras.saving.serialize_keras_object`, or
            an instance, which is returned as is.
        kind: the class it must be of.
        named: name -> callable that makes one.

    Raises:
        ValueError: if it is none of the three.
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
