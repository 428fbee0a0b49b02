"""Scripts and benchmarks of the checkout as modules."""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def load_script(name, folder="scripts"):
    """The module FOLDER/NAME.py; it finds its neighbours as when it is run."""
    folder = ROOT / folder
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module
