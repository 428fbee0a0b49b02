"""Code of the user's own: a file or a module with models or recipes."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

HELP = (
    "--import FILE_OR_MODULE imports code of your own first, such as the class of a "
    "model: my_gan.py, or my_package.gans. It may stand several times."
)


def import_asked(argv: Sequence[str]) -> list[str]:
    """Imports what each `--import FILE_OR_MODULE` of a command line names.

    Args:
        argv: the arguments of the command line.

    Returns:
        The other arguments.

    Raises:
        ValueError: as for `import_code`.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--import", action="append", dest="names", default=[])
    known, rest = parser.parse_known_args(argv)
    for name in known.names:
        import_code(name)
    return rest


def import_code(name: str) -> ModuleType:
    """Imports a file or a module, and lets Keras find what is defined in it.

    A file is imported as the module of its name, with its directory on the path, as
    Python does for a script; only what is under `if __name__ == "__main__":` does not
    run. Keras then loads saved models of the classes and functions in it, decorated
    with `keras.saving.register_keras_serializable` or not.

    >>> path = Path("my_code.py")
    >>> characters = path.write_text("class Mine: pass")
    >>> kgan.system.importing.import_code("my_code.py").Mine.__name__
    'Mine'

    Args:
        name: the path of a .py file, or the name of a module.

    Raises:
        ValueError: if there is no such file or module, or if another module has the
            name of the file.
    """
    path = Path(name)
    if path.suffix == ".py":
        module = _import_file(path)
    else:
        # As for `python -m`: modules of the current directory are found.
        if "" not in sys.path:
            sys.path.insert(0, "")
        module = _import_module(name)
    _register(module)
    return module


def _import_file(path: Path):
    if not path.is_file():
        raise ValueError(
            f"Expected a Python file to import. Received: {path}, which does not exist."
        )
    path, name = path.resolve(), path.stem
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.origin != str(path):
        raise ValueError(
            f"Expected a Python file whose name no other module has. Received: {path}, "
            f"but there is a module {name!r}. Rename the file."
        )
    sys.path.insert(0, str(path.parent))
    return importlib.import_module(name)


def _import_module(name: str):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise ValueError(
            f"Expected a Python file or module to import. Received: {name!r}, but "
            f"there is no module {error.name!r}. Name a file by its path: my_gan.py."
        ) from None


def _register(module: ModuleType):
    keras = sys.modules.get("keras")
    if keras is None:
        # The module defines no model.
        return
    known = keras.saving.get_custom_objects()
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == module.__name__
        if own and (inspect.isclass(value) or inspect.isfunction(value)):
            known.setdefault(name, value)
