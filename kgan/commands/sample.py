"""Write a picture of samples of a training run, a .keras file, an export or a server.

Of a generator that takes labels, the picture has one row per class, or the classes that
--label names. Of a generator of molecules, the picture shows formulas, and a table has
their SMILES and properties.

A server runs TensorFlow Serving. Its address is http://localhost:8501 or
grpc://localhost:8500. /v1/models/NAME may follow, and then /versions/N or
/labels/LABEL.
"""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import tyro

from kgan.commands.classes import asked_classes, counted, titles_of
from kgan.system.files import atomic_file


@dataclasses.dataclass(frozen=True)
class Options:
    """Which samples, and where to."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/dcgan/001), .keras file, export (export/dcgan/1), or
    address of a server (http://localhost:8501, grpc://localhost:8500)."""
    label: tuple[str, ...] = ()
    """Classes to show, by number or name, of a generator that takes labels: --label 7,
    --label Sneaker, --label 3 7. Default: every class, one row each."""
    grid: str | None = None
    """Rows x columns, such as 8x8, the default; of several classes, by default one row
    for each, and 10 columns."""
    seed: int = 0
    """Fixes the samples."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """ema: the averaged generator; raw: the trained one; auto: averaged if any."""
    out: str = "samples.png"
    """The picture to write; must not exist."""
    table: str = "molecules.csv"
    """Of molecules: the table of SMILES and properties to write; must not exist."""
    count: int | None = None
    """Of molecules: the rows of the table. Default: the molecules of the picture."""


def run(options: Options) -> None:
    from kgan.evaluation import open_samples
    from kgan.spaces import Graphs
    from kgan.system import image_files
    from kgan.system.captions import beside_rows

    grid = _grid(options.grid or "8x8")
    out = new_picture(options.out)
    samples = open_samples(options.source, options.weights)
    if not isinstance(samples.space, Graphs):
        require_images(samples)
    table = _Table(samples, options)
    classes = asked_classes(samples, options.label)
    if options.grid is None and classes and len(classes) > 1:
        grid = len(classes), 10
    rows, columns = grid
    given, captions, of = {}, [], ""
    if classes:
        shown = _of_rows(classes, rows, bool(options.label))
        given = {samples.labels[0]: np.repeat(shown, columns).astype("int32")}
        captions = titles_of(samples, shown)
        of = f" of {counted(captions)}"
    drawn = samples.draw(rows * columns, options.seed, **given)
    picture = samples.space.picture({"samples": drawn}, columns)
    image_files.save(out, beside_rows(picture, captions))
    print(f"{rows} x {columns} samples{of}, weights {samples.weights}: {out}")
    table.write(drawn)


class _Table:
    """The CSV file of samples, for those that a table says something about.

    Raises:
        ValueError: for a count that no table can have.
        FileExistsError: if the file exists.
    """

    def __init__(self, samples: Any, options: Options) -> None:
        self.samples, self.seed, self.count = samples, options.seed, options.count
        self.path = Path(options.table)
        # Of one example, before many are drawn.
        self.is_made = samples.space.table(samples.space.request(1)) is not None
        if self.count is not None and (self.count < 1 or not self.is_made):
            raise ValueError(
                "Expected count >= 1, of a generator of molecules. Received: "
                f"count={self.count}, and {samples.source}, which makes a "
                f"{samples.space.describe()}."
            )
        if self.is_made and self.path.exists():
            raise FileExistsError(
                f"{self.path} exists, and nothing is overwritten. Choose another "
                "--table."
            )

    def write(self, shown: Any) -> None:
        """Writes the samples of the picture, or as many as the user asks for."""
        if not self.is_made:
            return
        batch = self.samples.draw(self.count, self.seed) if self.count else shown
        rows = self.samples.space.table(batch)
        with atomic_file(self.path) as partial, partial.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        print(f"{len(rows):,} rows of {', '.join(rows[0])}: {self.path}")


def new_picture(path: str | Path) -> Path:
    """`path`, if a picture can be written there.

    Raises:
        ValueError: if the suffix is not that of a picture.
        FileExistsError: if the file exists.
    """
    path = Path(path)
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp", ".gif"):
        raise ValueError(f"Expected a file such as grid.png. Received: {path}.")
    if path.exists():
        raise FileExistsError(
            f"{path} exists, and nothing is overwritten. Choose another --out."
        )
    return path


def require_images(samples: Any) -> None:
    """Raises ValueError unless `kgan.evaluation.samples.Samples` are images."""
    from kgan.spaces import Images

    if not isinstance(samples.space, Images):
        raise ValueError(
            f"Expected a generator of images. Received: {samples.source}, which makes "
            f"a {samples.space.describe()}."
        )


def _of_rows(classes: list[int], rows: int, asked: bool) -> list[int]:
    """The class of each row: equally many rows for each, one below the other.

    Raises:
        ValueError: for fewer rows than classes that are asked for.
    """
    if rows < len(classes) and asked:
        raise ValueError(
            f"Expected a row for each label: --grid {len(classes)}x8. "
            f"Received: {len(classes)} labels and {rows} rows."
        )
    # Of all classes, the first ones.
    classes = classes[:rows]
    return [classes[i * len(classes) // rows] for i in range(rows)]


def _grid(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    rows, columns = map(int, match.groups()) if match else (0, 0)
    if rows < 1 or columns < 1:
        raise ValueError(f"Expected a grid such as 8x8. Received: grid={text!r}.")
    return rows, columns
