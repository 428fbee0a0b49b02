"""Write a picture of samples of a training run, a .keras file, an export or a server.

A server runs TensorFlow Serving. Its address is http://localhost:8501 or
grpc://localhost:8500. /v1/models/NAME may follow, and then /versions/N or
/labels/LABEL.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Annotated, Any, Literal

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
    """ema: the averaged generator; raw: the trained one; auto: averaged if any."""
    out: str = "samples.png"
    """The file to write; must not exist."""


def run(options: Options) -> None:
    from kgan.evaluation import open_samples
    from kgan.spaces import images
    from kgan.system import image_files

    rows, columns = _grid(options.grid)
    out = new_picture(options.out)
    samples = open_samples(options.source, options.weights)
    require_images(samples)
    drawn = samples.draw(rows * columns, options.seed)
    image_files.save(out, images.tile(drawn, columns))
    print(f"{rows} x {columns} samples, weights {samples.weights}: {out}")


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


def _grid(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    rows, columns = map(int, match.groups()) if match else (0, 0)
    if rows < 1 or columns < 1:
        raise ValueError(f"Expected a grid such as 8x8. Received: grid={text!r}.")
    return rows, columns
