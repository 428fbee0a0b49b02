"""Write a picture of what lies between latents: figure 3 of arXiv 1406.2661.

The left half follows straight lines, the right half great circles. A run, its .keras
file, its export and a server give the same picture.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

import tyro

from kgan.commands.sample import new_picture, require_images


@dataclasses.dataclass(frozen=True)
class Options:
    """Which latents, and where to."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/dcgan/001), .keras file, export (export/dcgan/1), or
    address of a server (http://localhost:8501, grpc://localhost:8500)."""
    rows: int = 8
    """Pairs of seeds; the first latents of a pair are the ends of a row."""
    steps: int = 10
    """Images per pair, its two ends included."""
    seed: int = 0
    """Fixes the pairs."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """ema: the averaged generator; raw: the trained one; auto: averaged if any."""
    out: str = "interpolation.png"
    """The file to write; must not exist."""


def run(options: Options) -> None:
    from kgan.evaluation import open_samples
    from kgan.system import image_files

    out = new_picture(options.out)
    samples = open_samples(options.source, options.weights)
    require_images(samples)
    picture = samples.interpolations(options.rows, options.steps, options.seed)
    image_files.save(out, picture)
    print(f"{options.rows} interpolations, weights {samples.weights}: {out}")
