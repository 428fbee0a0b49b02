"""What a `.keras` file keeps of a game: more than Keras does by itself."""

from __future__ import annotations

import inspect
import json
from typing import Any

import keras
import numpy as np

# Keys of a config that are no arguments.
_TUPLE, _POLICY = "tuple", "dtype_policy"
# Of what a file keeps beside variables.
_NOTES = "notes"


class SavedWhole(keras.Model):
    """A model of several networks and optimizers that is saved and loaded whole.

    Keras knows one optimizer per model, and saves no random seeds. Here come along:

    - the arguments of the constructor, those of subclasses included, as the config;
    - every optimizer with its slots: `compile` keeps them as `<player>_optimizer`;
    - the seeds of latents and dropout, so that a loaded model goes on as the saved
      one would;
    - `notes`, where there are some.

    Attributes:
        notes: what is known of the weights beside them, by name, such as a threshold:
            trees for JSON. They are no variables, so that files and states of a model
            that has learned to take notes since then load as before.
    """

    notes: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> SavedWhole:
        instance = super().__new__(cls, *args, **kwargs)
        # Around Keras' tracking, which would take networks in it for layers.
        instance.__dict__["_arguments"] = _bound(cls, instance, args, kwargs)
        instance.__dict__["notes"] = {}
        return instance

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, whichever class has them, and the precision."""
        arguments = dict(self._arguments)
        if "name" in arguments or _takes(type(self), "name"):
            arguments["name"] = self.name
        config = {name: _saved(self, name, a) for name, a in arguments.items()}
        return {**config, _POLICY: self.dtype_policy.name}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> SavedWhole:
        arguments = {
            name: _loaded(value, custom_objects)
            for name, value in config.items()
            if name != _POLICY
        }
        # The networks that a constructor builds are of the global policy.
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(config.get(_POLICY, before.name))
        try:
            return cls(**arguments)
        finally:
            keras.config.set_dtype_policy(before)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        self.compile(**keras.saving.deserialize_keras_object(config))

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        for i, state in enumerate(self._seed_states()):
            store[f"seed_{i}"] = state.numpy()
        if self.notes:
            store[_NOTES] = np.frombuffer(json.dumps(self.notes).encode(), "uint8")

    def load_own_variables(self, store: Any) -> None:
        for i, state in enumerate(self._seed_states()):
            state.assign(store[f"seed_{i}"])
        # Keras numbers its own.
        own = {k: store[k] for k in store.keys() if k.isdigit()}  # noqa: SIM118
        super().load_own_variables(own)
        self.notes.clear()
        if _NOTES in store.keys():  # noqa: SIM118
            self.notes.update(json.loads(np.asarray(store[_NOTES]).tobytes()))

    def _seed_states(self):
        weights = {id(v) for v in self.weights}
        return [v for v in self.variables if id(v) not in weights]


def _bound(cls: type, instance: Any, args: Any, kwargs: Any):
    """The arguments of a constructor by name, defaults included."""
    signature = inspect.signature(cls.__init__)
    try:
        bound = signature.bind(instance, *args, **kwargs)
    except TypeError:
        # The constructor itself says it better.
        return {}
    bound.apply_defaults()
    arguments = {}
    for name, value in list(bound.arguments.items())[1:]:
        kind = signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            arguments.update(value)
        elif kind is inspect.Parameter.VAR_POSITIONAL and value:
            arguments[f"*{name}"] = value
        elif kind is not inspect.Parameter.VAR_POSITIONAL:
            arguments[name] = value
    return arguments


def _takes(cls: type, name: str):
    """Whether a constructor takes an argument of a name."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    kinds = [p.kind for p in parameters]
    return inspect.Parameter.VAR_KEYWORD in kinds or name in (
        p.name for p in parameters
    )


def _saved(model: keras.Model, name: str, value: Any):
    """An argument as a file keeps it."""
    advice = (
        f"Let {type(model).__name__} take something that Keras can save, or leave "
        f"{name!r} out in its get_config."
    )
    if name.startswith("*"):
        raise ValueError(f"Expected arguments by name. Received: {name}. {advice}")
    if isinstance(value, tuple):
        # JSON would make a list of it.
        return {_TUPLE: [_saved(model, name, item) for item in value]}
    if isinstance(value, list):
        return [_saved(model, name, item) for item in value]
    if getattr(value, "__name__", "") == "<lambda>":
        raise ValueError(
            f"Expected an argument {name!r} that can be loaded. Received: a lambda, "
            f"which Keras does not load. {advice}"
        )
    try:
        return keras.saving.serialize_keras_object(value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Expected an argument {name!r} that can be saved. "
            f"Received: {value!r} ({error}). {advice}"
        ) from None


def _loaded(value: Any, custom_objects: dict[str, Any] | None):
    """An argument of what a file keeps."""
    if isinstance(value, dict) and list(value) == [_TUPLE]:
        return tuple(_loaded(item, custom_objects) for item in value[_TUPLE])
    if isinstance(value, list):
        return [_loaded(item, custom_objects) for item in value]
    return keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
