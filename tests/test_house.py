"""The order of the folders: imports point down, in no case both ways."""

import ast
import collections
from pathlib import Path

import kgan

ROOT = Path(kgan.__file__).parent
# From above to below; docs/architecture.md has the same order.
ORDER = (
    "commands",
    "callbacks",
    "evaluation",
    "health",
    "serving",
    "results",
    "runs",
    "recipes",
    "models",
    "core",
    "metrics",
    "data",
    "networks",
    "objectives",
    "spaces",
    "layers",
    "distribute",
    "random",
    "system",
)
# `Game.export` is where Keras has it, and needs serving when it is called.
EXCEPTIONS = {("core", "serving")}


def imports(path):
    """The modules of kgan that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows():
    """(folder, folder that it imports) -> files."""
    found = collections.defaultdict(set)
    for path in ROOT.rglob("*.py"):
        room = path.relative_to(ROOT).parts[0]
        for name in imports(path):
            parts = name.split(".")
            if parts[0] != "kgan" or len(parts) < 2 or not (ROOT / parts[1]).is_dir():
                continue
            if parts[1] != room and not room.endswith(".py"):
                found[room, parts[1]].add(str(path.relative_to(ROOT)))
    return found


def test_imports_point_down():
    rank = {room: i for i, room in enumerate(ORDER)}
    upward = {
        arrow: files
        for arrow, files in arrows().items()
        if rank[arrow[0]] > rank[arrow[1]] and arrow not in EXCEPTIONS
    }
    assert not upward


def test_every_folder_is_in_the_order():
    folders = {p.parent.name for p in ROOT.glob("*/__init__.py")}
    assert folders == set(ORDER)
    modules = {p.name for p in ROOT.glob("*.py")}
    assert modules == {"__init__.py", "__main__.py", "_version.py"}


def test_recipes_do_not_import_tensorflow_with_the_module():
    for path in (ROOT / "recipes").glob("*.py"):
        top = [
            n for n in ast.parse(path.read_text()).body if "Import" in type(n).__name__
        ]
        names = {a.name for n in top if isinstance(n, ast.Import) for a in n.names}
        names |= {n.module for n in top if isinstance(n, ast.ImportFrom)}
        assert not {n for n in names if n.split(".")[0] in ("tensorflow", "keras")}
