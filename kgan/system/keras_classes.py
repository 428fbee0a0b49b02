"""Classes that Keras finds by name in files, without an import of their modules."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


class Deferred:
    """Stands for a class of kgan among Keras' registered classes.

    `keras.saving.load_model` finds classes by their registered name. A module registers
    its classes when it is imported; until then, this object imports the module when
    Keras asks for the class.

        >>> deferred = kgan.system.keras_classes.Deferred("kgan.spaces", "Points")
        >>> deferred.from_config({"d": 2}).describe()
        'point 2'

    Args:
        module: the module that has the class.
        name: the name of the class.
    """

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def from_config(self, config: dict[str, Any]) -> Any:
        """As the method of the class itself."""
        found = getattr(importlib.import_module(self.module), self.name)
        return found.from_config(config)


def defer(classes: Iterable[tuple[str, str]]) -> None:
    """Lets Keras find classes of kgan, as soon as Keras itself is imported.

    Args:
        classes: (module, name) of each class registered as "kgan>name".
    """
    classes = list(classes)
    if "keras" in sys.modules:
        _register(classes)
    else:
        sys.meta_path.insert(0, _AfterKeras(classes))


def _register(classes: list[tuple[str, str]]):
    known = sys.modules["keras"].saving.get_custom_objects()
    for module, name in classes:
        known.setdefault(f"kgan>{name}", Deferred(module, name))


class _AfterKeras:
    """A finder of `sys.meta_path`: registers classes when Keras has been imported."""

    def __init__(self, classes: list[tuple[str, str]]) -> None:
        self.classes = classes
        self._searches = False

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != "keras" or self._searches:
            return None
        self._searches = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._searches = False
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module: ModuleType) -> None:
                execute(module)
                _register(self.classes)
                if self in sys.meta_path:
                    sys.meta_path.remove(self)

            spec.loader.exec_module = execute_and_register
        return spec
