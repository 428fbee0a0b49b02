"""What the scripts that write pages of docs/ share: tables, and figures."""

import re
from pathlib import Path

import numpy as np
from matplotlib import pyplot

DOCS = Path(__file__).parents[1] / "docs"


def write_tables(page, tables):
    """Puts each table between `<!-- NAME -->` and `<!-- end -->` of a page of docs/.

    Args:
        page: the name of the file.
        tables: name -> lines, as of `table`.
    """
    path = DOCS / page
    text = path.read_text()
    for name, lines in tables.items():
        body = "\n".join(lines)
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda m, b=body: f"{m[1]}{b}\n{m[2]}", text, flags=re.S)
    path.write_text(text)


def table(header, rows):
    """Lines of a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def spread(numbers, digits=1):
    """Mean and standard deviation over seeds as text; none of no numbers."""
    if not len(numbers):
        return ""
    text = f"{np.mean(numbers):.{digits}f}"
    if len(numbers) > 1:
        text += f" ± {np.std(numbers, ddof=1):.{digits}f}"
    return text


def save(figure, name):
    """Writes a figure to docs/NAME.png and closes it."""
    figure.savefig(DOCS / f"{name}.png", dpi=90, bbox_inches="tight")
    pyplot.close(figure)
