"""Writes the results of recipes to a README, so that nobody types numbers by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kgan.recipes.recipe import Recipe
from kgan.results.result import Result, number, read_result
from kgan.system.files import atomic_file

BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def table(results: Sequence[tuple[Recipe, Result]]) -> str:
    """Returns results as Markdown.

    Args:
        results: pairs of a recipe and its result.

    Returns:
        A table with one row per score, then one line per recipe on how it was scored.
    """
    head = ("recipe", "trained", "score", "measured", "real", "noise", "published")
    lines = [_row(head), _row(["---"] * len(head))]
    for recipe, result in results:
        label, trained = f"`{recipe.name}`", _trained(result)
        published = _published(recipe)
        for name, score in result.scores.items():
            values = (score, score["real"], score["noise"])
            numbers = [number(value, "±") for value in values]
            lines.append(_row([label, trained, name, *numbers, published]))
            # Only the first row of a recipe names it.
            label = trained = published = ""
    lines.append("")
    for recipe, result in results:
        conditions = result.conditions()
        lines.append(
            f"- `{recipe.name}`: {conditions['samples']}. Data: {conditions['data']}. "
            f"Features: {conditions['extractor']} kgan {conditions['kgan']}."
        )
    return "\n".join(lines)


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
    return f"| {' | '.join(cells)} |"


def _trained(result: Result):
    samples = result.samples
    return f"{samples.get('epoch')} epochs, {samples.get('steps')} steps"


def _published(recipe: Recipe):
    return "; ".join(f"{p.what}: {p.value} ({p.source})" for p in recipe.published)
