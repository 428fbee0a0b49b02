"""Write a picture of samples of a training run, a .keras file, an export or a server.

Of a generator that takes labels, the picture has one row per class, or the classes that
--label names.

A server runs TensorFlow Serving. Its address is http://localhost:8501 or
grpc://localhost:8500. /v1/models/NAME may follow, and then /versions/N or
/labels/LABEL.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import tyro

from kgan.commands.classes import asked_classes, counted, titles_of


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
    """The file to write; must not exist."""


def run(options: Options) -> None:
    from kgan.evaluation import open_samples
    from kgan.spaces import images
    from kgan.system import image_files
    from kgan.system.captions import beside_rows

    grid = _grid(options.grid or "8x8")
    out = new_picture(options.out)
    samples = open_samples(options.source, options.weights)
    require_images(samples)
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
    picture = beside_rows(images.tile(drawn, columns), captions)
    image_files.save(out, picture)
    print(f"{rows} x {columns} samples{of}, weights {samples.weights}: {out}")


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
