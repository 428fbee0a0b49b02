"""Results of recipes as a table in a README, so that no number is typed by hand."""

from pathlib import Path

from kgan.evaluation.result import number, read_result
from kgan.files import atomic_file

BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def table(results):
    """Results as Markdown.

    Args:
        results: list of (`kgan.recipes.Recipe`, `Result`).

    Returns:
        A table with a row for each score, and how each recipe was scored.
    """
    head = ("recipe", "trained", "score", "measured", "real", "noise", "published")
    lines = [_row(head), _row(["---"] * len(head))]
    for recipe, result in results:
        first = [f"`{recipe.name}`", _trained(result), _published(recipe)]
        for name, score in result.scores.items():
            of_three = (score, score["floor"], score["ceiling"])
            numbers = [number(one, "±") for one in of_three]
            label, trained, published = first
            lines.append(_row([label, trained, name, *numbers, published]))
            first = ["", "", ""]
    lines.append("")
    for recipe, result in results:
        said = result.conditions()
        lines.append(
            f"- `{recipe.name}`: {said['samples']}. Data: {said['data']}. Features: "
            f"{said['extractor']} kgan {said['kgan']}."
        )
    return "\n".join(lines)


def read_all(folder, recipes):
    """[(recipe, result)] of those recipes whose results are in a folder.

    Raises:
        ValueError: if a file is no result.
    """
    folder = Path(folder)
    named = [(recipe, folder / f"{recipe.name}.json") for recipe in recipes]
    return [(recipe, read_result(path)) for recipe, path in named if path.exists()]


def check_markers(path):
    """Raises ValueError unless a file has both markers, once and in order."""
    try:
        text = Path(path).read_text()
    except OSError as error:
        raise ValueError(f"Expected a README to write results to: {error}.") from None
    counts = text.count(BEGIN), text.count(END)
    if counts != (1, 1) or text.index(BEGIN) > text.index(END):
        raise ValueError(
            f"Expected {path} to have the lines {BEGIN} and {END}, each once and in "
            f"this order; the table goes between them. Received: {counts[0]} and "
            f"{counts[1]} of them."
        )


def write_between_markers(path, content):
    """Replaces what stands between the markers of a file.

    Raises:
        ValueError: as `check_markers`.
    """
    check_markers(path)
    text = Path(path).read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with atomic_file(path) as partial:
        partial.write_text(f"{before}{BEGIN}\n\n{content}\n\n{END}{after}")


def _row(cells):
    return f"| {' | '.join(cells)} |"


def _trained(result):
    samples = result.samples
    return f"{samples.get('epoch')} epochs, {samples.get('steps')} steps"


def _published(recipe):
    return "; ".join(f"{p.what}: {p.value} ({p.source})" for p in recipe.published)
