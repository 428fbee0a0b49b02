"""train.py's command line: a recipe, and what the user changes of it."""

import dataclasses
import functools
import os
import sys
from typing import Annotated, Any

import tyro

from kgan import recipes
from kgan.backend import require_tensorflow
from kgan.recipes import runs
from kgan.recipes.recipe import Data, Training
from kgan.recipes.runs import Output

_TRACEBACK = "KGAN_TRACEBACK"


@dataclasses.dataclass(frozen=True)
class _Settings:
    training: Annotated[Training, tyro.conf.OmitArgPrefixes]
    data: Annotated[Data, tyro.conf.OmitArgPrefixes]
    output: Annotated[Output, tyro.conf.OmitArgPrefixes]
    model: dict[str, Any]
    d_optimizer: dict[str, Any]
    g_optimizer: dict[str, Any]


def parse(argv=None, default="dcgan"):
    """Reads the command line.

    The first argument names the recipe. With `--resume` the settings are those that the
    run began with; only `epochs` and where the data is may differ.

    Args:
        argv: the arguments; default: those of this process.
        default: the recipe if none is named.

    Returns:
        (recipe, run): the resolved `Recipe` and a `kgan.recipes.runs.Run`, whose
        directory is not made yet.

    Raises:
        ValueError: for a recipe that does not exist, or a run that cannot be started or
            resumed.
        SystemExit: after `--help`, `--list`, or for options that cannot be read.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    name = argv.pop(0) if argv and not argv[0].startswith("-") else default
    recipe = recipes.get(name)
    chosen, output = _override(recipe, argv)
    if output.list:
        print(table())
        raise SystemExit(0)
    run = runs.Run(recipe.name, output)
    if run.resuming:
        saved = run.saved_recipe(recipe)
        chosen, _ = _override(saved, argv)
        run.require_same(saved, chosen)
    return chosen, run


def _override(recipe, argv):
    settings = tyro.cli(
        _Settings,
        args=argv,
        prog=f"train.py {recipe.name}",
        description=f"{recipe.title} ({recipe.paper}). "
        f"Recipes: {', '.join(recipes.RECIPES)}; train.py RECIPE --help shows "
        "another's.",
        default=_Settings(
            recipe.training,
            recipe.data,
            Output(),
            recipe.options,
            recipe.d_optimizer,
            recipe.g_optimizer,
        ),
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    chosen = dataclasses.replace(
        recipe,
        training=settings.training,
        data=settings.data,
        options=settings.model,
        d_optimizer=settings.d_optimizer,
        g_optimizer=settings.g_optimizer,
    )
    return chosen, settings.output


def table():
    """The recipes as text, one a line."""
    rows = [("recipe", "what", "paper", "published")]
    for recipe in recipes.RECIPES.values():
        published = "; ".join(f"{p.what}: {p.value}" for p in recipe.published)
        rows.append((recipe.name, recipe.title, recipe.paper, published))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def user_errors(main):
    """Lets `main` end with one message and exit code 2 where the user can mend it.

    Errors of values, files and imports, a game that diverged, and what TensorFlow
    reports of data and disks.
    With the environment variable KGAN_TRACEBACK=1 the traceback is shown instead.
    """

    @functools.wraps(main)
    def wrapper(*args, **kwargs):
        try:
            require_tensorflow()
            return main(*args, **kwargs)
        except Exception as error:
            if os.environ.get(_TRACEBACK) or not _is_users(error):
                raise
            print(f"\nerror: {_message(error)}", file=sys.stderr)
            raise SystemExit(2) from None

    return wrapper


def _is_users(error):
    if isinstance(error, (ValueError, OSError, ImportError, FloatingPointError)):
        return True
    return type(error).__module__.startswith("tensorflow.")


def _message(error):
    """The sentence of an error, without what TensorFlow wraps around it."""
    text = str(error)
    if "kgan: " in text:
        return text[text.index("kgan: ") + 6 :].split("\n")[0].rstrip("']")
    if "ValueError: " in text:
        # From Python code inside tf.data: the sentence, then its traceback.
        text = text[text.index("ValueError: ") + 12 :].split("\nTraceback")[0]
    return text.strip()
