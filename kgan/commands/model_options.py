"""The options of a recipe's model: `--model.width 8`.

They are the arguments of the constructor of the model's class and of its base classes.
Importing the class would import TensorFlow, which takes seconds. The source is parsed
instead: signatures for defaults and types, the `Args` of docstrings for the help.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib.util
import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import tyro

from kgan.recipes.recipe import Recipe

_PACKAGE = Path(__file__).parents[1]
# The file and the variable with the names of arguments that the data decide.
_OF_DATA = ("core/data_arguments.py", "NAMES")
# Arguments that other options decide, or that are Python objects.
_NO_OPTIONS = {
    *("generator", "discriminator", "players", "averaged"),
    *("spaces", "seed", "synchronized", "name"),
}
# Option -> the file and the dictionary whose keys are the choices.
_CHOICES = {
    "likelihood": ("objectives/likelihoods.py", "_LIKELIHOODS"),
    "loss": ("objectives/losses/__init__.py", "_LOSSES"),
    "latent_prior": ("spaces/latents.py", "_PRIORS"),
    "penalties": ("objectives/penalties/__init__.py", "_PENALTIES"),
    "augment": ("core/augments.py", "_AUGMENTS"),
}
_UNKNOWN = object()


class _Several:
    """Stands for `list` and `Sequence` in annotations: `list[int]`."""

    def __class_getitem__(cls, kind: Any) -> Any:
        return tuple[kind, ...]


# What annotations of options consist of.
_TYPES = {t.__name__: t for t in (bool, int, float, str, tuple)}
_TYPES |= {"Literal": Literal}
_TYPES |= dict.fromkeys(("list", "Sequence", "Iterable"), _Several)


class Argument(NamedTuple):
    """An argument of a constructor, as its source has it.

    Attributes:
        default: the value; `_UNKNOWN` if there is none, or if it is no literal.
        annotation: the text of the annotation, or None.
        help: the text of the docstring.
    """

    default: Any
    annotation: str | None
    help: str


def of_recipe(recipe: Recipe) -> Any:
    """The options of a recipe's model with their defaults, for `tyro`.

    >>> from kgan.commands import model_options
    >>> model_options.of_recipe(kgan.recipes.get("dcgan")).width
    64

    Args:
        recipe: its own `options` are the defaults, before those of the signature.

    Returns:
        An instance of a dataclass with one field per option.
    """
    fields, values = [], {}
    known = arguments(recipe.model)
    for name in [*recipe.options, *(n for n in known if n not in recipe.options)]:
        if name in ast.literal_eval(_value_of(*_OF_DATA)):
            continue
        argument = known.get(name, Argument(_UNKNOWN, None, ""))
        default = _UNKNOWN if name in _NO_OPTIONS else argument.default
        value = recipe.options.get(name, default)
        kind = None if value is _UNKNOWN else _type(name, argument, value)
        if kind is not None:
            described = tyro.conf.arg(help=argument.help or None)
            fields.append((name, Annotated[kind, described]))
            values[name] = tuple(value) if isinstance(value, list) else value
    options = dataclasses.make_dataclass("ModelOptions", fields, frozen=True)
    options.__doc__ = f"Arguments of kgan.models.{recipe.model}."
    return options(**values)


def changed(recipe: Recipe, options: Any) -> dict[str, Any]:
    """The `options` of a recipe, with what the user changed of them.

    An argument that the recipe does not have, and the user does not change, stays out.

    Args:
        recipe: the recipe that `of_recipe` was called with.
        options: what `tyro` made of it.
    """
    before = vars(of_recipe(recipe))
    given = {n: v for n, v in vars(options).items() if v != before[n]}
    # As lists, because config.json has no tuples.
    lists = {n: list(v) for n, v in given.items() if isinstance(v, tuple)}
    return {**recipe.options, **given, **lists}


@functools.cache
def arguments(class_name: str) -> dict[str, Argument]:
    """The arguments of the constructor of a class in kgan/models/ or kgan/core/, or
    of "module:Class".

    Where it has `**kwargs`, those of its base classes follow, except for those that it
    passes on by itself.

    Returns:
        Name of the argument -> `Argument`. Empty for a class that is not there.
    """
    node, module = _class(class_name)
    if node is None:
        return {}
    init = next((n for n in node.body if getattr(n, "name", "") == "__init__"), None)
    helps = described(ast.get_docstring(node) or "")
    inherited: dict[str, Argument] = {}
    if init is None or init.args.kwarg:
        for base in node.bases:
            name = getattr(base, "id", None) or getattr(base, "attr", "")
            found = arguments(f"{module}:{name}") if module else {}
            inherited = {**(found or arguments(name)), **inherited}
        for name in _passed_on(init, inherited):
            inherited.pop(name, None)
    own = {} if init is None else dict(_of_signature(init.args))
    # The class's own arguments stand first, and before those of the same name.
    return {
        name: argument._replace(help=helps.get(name) or argument.help)
        for name, argument in {**own, **inherited, **own}.items()
    }


def described(docstring: str) -> dict[str, str]:
    """The texts of a docstring's `Args` section, by the name of the argument."""
    _, _, section = inspect.cleandoc(docstring).partition("\nArgs:\n")
    section = re.split(r"\n(?=\S)", section)[0]
    texts = {}
    for entry in re.split(r"(?:^|\n)    (?=\S)", section):
        names, colon, text = entry.partition(":")
        if colon:
            texts |= {n.strip(): " ".join(text.split()) for n in names.split(",")}
    return texts


def _class(class_name: str) -> tuple[ast.ClassDef | None, str]:
    """The source of a class, and the module of the user's that has it, or ""."""
    module, _, name = class_name.rpartition(":")
    if module:
        spec = importlib.util.find_spec(module)
        files = [Path(spec.origin)] if spec and spec.origin else []
    else:
        folders = [_PACKAGE / folder for folder in ("models", "core")]
        files = [f for folder in folders for f in sorted(folder.glob("*.py"))]
    for file in files:
        text = file.read_text()
        if re.search(rf"^class {name}\b", text, re.MULTILINE):
            nodes = ast.parse(text).body
            return next(n for n in nodes if getattr(n, "name", "") == name), module
    return None, module


def _of_signature(signature: ast.arguments) -> Iterable[tuple[str, Argument]]:
    named = [*signature.posonlyargs, *signature.args]
    defaults = [None] * (len(named) - len(signature.defaults)) + signature.defaults
    pairs = [*zip(named, defaults, strict=True)][1:]
    pairs += zip(signature.kwonlyargs, signature.kw_defaults, strict=True)
    for node, default in pairs:
        annotation = None if node.annotation is None else ast.unparse(node.annotation)
        yield node.arg, Argument(_literal(default), annotation, "")


def _literal(node: ast.expr | None) -> Any:
    try:
        return _UNKNOWN if node is None else ast.literal_eval(node)
    except ValueError:
        return _UNKNOWN


def _passed_on(init: ast.FunctionDef | None, inherited: dict[str, Any]) -> list[str]:
    """The arguments of base classes that `super().__init__(...)` is called with."""
    names = []
    for node in ast.walk(init) if init else ():
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
            names += [*inherited][: len(node.args)]
            names += [keyword.arg for keyword in node.keywords if keyword.arg]
    return names


@functools.cache
def _choices(option: str) -> tuple[str, ...]:
    if option not in _CHOICES:
        return ()
    keys = _value_of(*_CHOICES[option]).keys
    return tuple(sorted(ast.literal_eval(key) for key in keys))


@functools.cache
def _value_of(file: str, variable: str) -> ast.expr:
    """What a file of the package assigns to a variable."""
    return next(
        node.value
        for node in ast.parse((_PACKAGE / file).read_text()).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == variable
    )


def _type(name: str, argument: Argument, value: Any) -> Any:
    """The type that `tyro` reads an option as; None if no command line can give it."""
    choices = _choices(name)
    if isinstance(value, str) and value in choices:
        return Literal[choices]
    if value is None and choices:
        return Literal[choices] | None
    if argument.annotation and "Any" not in argument.annotation:
        try:
            return eval(argument.annotation, {"__builtins__": {}}, _TYPES)
        except (NameError, TypeError):
            # A class of kgan or Keras: an option only where the recipe has a value.
            return None if value is None else _type_of(value)
    both_numbers = isinstance(value, int) and isinstance(argument.default, float)
    return float if both_numbers else _type_of(value)


def _type_of(value: Any) -> Any:
    if value is None:
        return int | float | None
    if isinstance(value, dict):
        return dict[str, Any]
    if not isinstance(value, (list, tuple)):
        return type(value)
    kinds = {type(item) for item in value}
    if kinds <= {int, float}:
        return tuple[float if float in kinds else int, ...]
    return tuple[str, ...] if kinds == {str} else None
