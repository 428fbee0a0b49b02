"""Writes the results of recipes as Markdown, so that nobody types numbers by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kgan.recipes.recipe import Published, Recipe
from kgan.results.result import Result, number, read_result
from kgan.results.usability import why_unusable
from kgan.system.files import atomic_file

BEGIN, END = "<!-- results -->", "<!-- end of results -->"
# How many scores of a recipe a README shows.
_SHOWN = 2
_PAGE = """# Results

`kgan reproduce` writes this page from the files in results/; do not edit it. *Real* is
what real examples score in place of samples, *noise* is what noise scores, both by the
same protocol. A score means something only between the two.
"""


def table(results: Sequence[tuple[Recipe, Result]]) -> str:
    """Returns results as a table in Markdown, one row per recipe.

    A row shows at most two scores, in the order of the recipe's metrics. A score that
    noise reaches as well comes after the others.

    Args:
        results: pairs of a recipe and its result.
    """
    head = ("recipe", "trained", "score", "measured", "real", "noise", "published")
    lines = [_row(head), _row(["---"] * len(head))]
    for recipe, result in results:
        names = sorted(
            result.scores, key=lambda n: bool(why_unusable(result.scores[n]))
        )[:_SHOWN]
        scores = [result.scores[name] for name in names]
        columns = (
            names,
            [number(score, "±") for score in scores],
            *([_value(s[anchor]) for s in scores] for anchor in ("real", "noise")),
            [_published(p) for p in recipe.published],
        )
        cells = ("<br>".join(column) for column in columns)
        lines.append(_row([f"`{recipe.name}`", _trained(result), *cells]))
    return "\n".join(lines)


def page(results: Sequence[tuple[Recipe, Result]]) -> str:
    """Returns a page in Markdown with all scores, and with how they were made.

    Args:
        results: pairs of a recipe and its result.
    """
    parts = [_PAGE, *(_section(recipe, result) for recipe, result in results)]
    return "\n".join(parts)


def _section(recipe: Recipe, result: Result):
    head = ("score", "measured", "real", "noise", "better", "error")
    lines = [f"## `{recipe.name}`", "", f"{recipe.title}. {recipe.paper}.", ""]
    lines += [_row(head), _row(["---"] * len(head))]
    for name, score in result.scores.items():
        values = (score, score["real"], score["noise"])
        numbers = [number(value, "±") for value in values]
        lines.append(_row([name, *numbers, score["better"], score["how"]]))
    lines.append("")
    told = {
        **result.conditions(),
        "published": "; ".join(map(_published, recipe.published)),
    }
    lines += [f"- {name}: {text.rstrip('.')}" for name, text in told.items() if text]
    lines += [f"- warning: {text}" for text in result.warnings]
    return "\n".join([*lines, ""])


def read_all(
    folder: str | Path, recipes: Sequence[Recipe]
) -> list[tuple[Recipe, Result]]:
    """Reads the results of recipes from a folder; NAME.json holds those of NAME.

    Args:
        folder: the directory of the JSON files.
        recipes: the recipes to look for.

    Returns:
        [(recipe, result)] of the recipes that have a file.

    Raises:
        ValueError: if a file is not a result.
    """
    folder = Path(folder)
    paths = [(recipe, folder / f"{recipe.name}.json") for recipe in recipes]
    return [(recipe, read_result(path)) for recipe, path in paths if path.exists()]


def check_markers(path: str | Path) -> None:
    """Raises ValueError unless a file has each marker once, in the right order."""
    try:
        text = Path(path).read_text()
    except OSError as error:
        raise ValueError(
            "Expected a README to write results to. Received: a file that cannot be "
            f"read: {error}."
        ) from None
    counts = text.count(BEGIN), text.count(END)
    if counts != (1, 1) or text.index(BEGIN) > text.index(END):
        raise ValueError(
            f"Expected {path} to have the lines {BEGIN} and {END}, each once and in "
            f"this order. Received: {counts[0]} and {counts[1]} of these lines. Add "
            "them where the table belongs."
        )


def write_between_markers(path: str | Path, content: str) -> None:
    """Replaces the text between the markers of a file.

    Args:
        path: the file.
        content: the new text.

    Raises:
        ValueError: as `check_markers`.
    """
    check_markers(path)
    text = Path(path).read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with atomic_file(path) as partial:
        partial.write_text(f"{before}{BEGIN}\n\n{content}\n\n{END}{after}")


def _row(cells: Sequence[str]):
    # A pipe would end the cell.
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _value(score: Mapping[str, Any]):
    return number({**score, "error": None})


def _trained(result: Result):
    samples = result.samples
    return f"{samples.get('epoch')} epochs, {samples.get('steps')} steps"


def _published(published: Published):
    return f"{published.what}: {published.value} ({published.source})"
