"""Write a picture of samples of a training run, a .keras file, an export or a server.

A server is one of TensorFlow Serving: http://localhost:8501, which may go on with
/v1/models/NAME and /versions/N or /labels/LABEL, or the same with grpc://localhost:8500.
"""

import dataclasses
import re
from pathlib import Path
from typing import Annotated, Literal

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """Which samples, and where to."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/dcgan/001), .keras file, export (export/dcgan/1), or
    address of a server (http://localhost:8501, grpc://localhost:8500)."""
    grid: str = "8x8"
    """Rows x columns."""
    seed: int = 0
    """Fixes the samples."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """The averaged generator (ema) or the trained one (raw); auto: averaged if any."""
    out: str = "samples.png"
    """The file to write; must not exist."""


def run(options):
    from kgan import images
    from kgan.evaluation.samples import open_samples

    rows, columns = _grid(options.grid)
    out = new_picture(options.out)
    samples = open_samples(options.source, options.weights)
    require_images(samples)
    drawn = samples.draw(rows * columns, options.seed)
    images.save(out, images.tile(drawn, columns))
    print(f"{rows} x {columns} samples, weights {samples.weights}: {out}")


def new_picture(path):
    """`path`, if a picture can be written there.

    Raises:
        ValueError: if it has no suffix of a picture.
        FileExistsError: if it exists.
    """
    path = Path(path)
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp", ".gif"):
        raise ValueError(f"Expected a file such as grid.png. Received: {path}.")
    if path.exists():
        raise FileExistsError(
            f"{path} exists, and nothing is overwritten. Choose another --out."
        )
    return path


def require_images(samples):
    """Raises ValueError unless the examples are images."""
    if len(samples.image_shape) != 3:
        raise ValueError(
            f"Expected a generator of images. Received: {samples.source}, of examples "
            f"of shape {samples.image_shape}."
        )


def _grid(text):
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    rows, columns = map(int, found.groups()) if found else (0, 0)
    if rows < 1 or columns < 1:
        raise ValueError(f"Expected a grid such as 8x8. Received: grid={text!r}.")
    return rows, columns
