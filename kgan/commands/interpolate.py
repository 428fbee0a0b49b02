"""Write a picture of what lies between latents: figure 3 of arXiv 1406.2661.

On the left along straight lines, on the right along great circles; of an export, along
the one way that it has.
"""

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
    """Pairs of latents."""
    steps: int = 10
    """Images from one to the other."""
    seed: int = 0
    """Fixes the pairs."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """The averaged generator (ema) or the trained one (raw); auto: averaged if any."""
    out: str = "interpolation.png"
    """The file to write; must not exist."""


def run(options):
    from kgan import images
    from kgan.evaluation.samples import open_samples

    out = new_picture(options.out)
    samples = open_samples(options.source, options.weights)
    require_images(samples)
    images.save(out, samples.walk(options.rows, options.steps, options.seed))
    print(f"{options.rows} ways, weights {samples.weights}: {out}")
