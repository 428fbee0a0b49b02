"""Write a picture of what lies between latents: figure 3 of arXiv 1406.2661.

The left half follows straight lines, the right half great circles. A run, its .keras
file, its export and a server give the same picture. Of a generator that takes labels,
each pair of latents has a row per class: a column has the same latents in all classes.

With --label-from and --label-to the latents of a row stay, and the class changes. This
needs a generator that can mix classes.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

import tyro

from kgan.commands.classes import (
    asked_classes,
    counted,
    number_of,
    titles_of,
    unconditional,
)
from kgan.commands.sample import new_picture, require_images


@dataclasses.dataclass(frozen=True)
class Options:
    """Which latents, and where to."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/dcgan/001), .keras file, export (export/dcgan/1), or
    address of a server (http://localhost:8501, grpc://localhost:8500)."""
    label: tuple[str, ...] = ()
    """Classes to show, by number or name, of a generator that takes labels. Default:
    every class."""
    label_from: str | None = None
    """The class at the left, by number or name, where the class changes."""
    label_to: str | None = None
    """The class at the right."""
    rows: int | None = None
    """Pairs of seeds; the first latents of a pair are the ends of a row. Default: 8;
    1 for several classes, which have a row each. With --label-from, latents."""
    steps: int = 10
    """Images per row, its two ends included."""
    seed: int = 0
    """Fixes the pairs."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """ema: the averaged generator; raw: the trained one; auto: averaged if any."""
    out: str = "interpolation.png"
    """The file to write; must not exist."""


def run(options: Options) -> None:
    from kgan.evaluation import open_samples
    from kgan.system import image_files

    _check(options)
    out = new_picture(options.out)
    samples = open_samples(options.source, options.weights)
    require_images(samples)
    draw = _within_classes if options.label_from is None else _between_classes
    picture, what = draw(options, samples)
    image_files.save(out, picture)
    print(f"{what}, weights {samples.weights}: {out}")


def _check(options: Options) -> None:
    """Refuses options that do not fit together, before anything is loaded."""
    ends = options.label_from, options.label_to
    if (None in ends) != (ends == (None, None)) or (options.label and any(ends)):
        raise ValueError(
            "Expected --label-from and --label-to, both of them and without --label, "
            "or neither. Received: "
            f"label_from={ends[0]}, label_to={ends[1]}, label={options.label}."
        )


def _within_classes(options: Options, samples: Any) -> tuple[Any, str]:
    """(The picture of interpolations between latents, what it is)."""
    from kgan.system.captions import beside_rows

    classes = asked_classes(samples, options.label)
    rows = options.rows
    if rows is None:
        rows = 8 if classes is None or len(classes) == 1 else 1
    picture = samples.interpolations(rows, options.steps, options.seed, classes)
    what = f"{rows} interpolation{'s' * (rows > 1)}"
    if classes is None:
        return picture, what
    picture = beside_rows(picture, titles_of(samples, classes) * rows)
    return picture, f"{what} of {counted(titles_of(samples, classes))}"


def _between_classes(options: Options, samples: Any) -> tuple[Any, str]:
    """(The picture of what lies between two classes, what it is)."""
    if samples.labels is None:
        raise ValueError(unconditional(samples))
    _, space = samples.labels
    ends = [number_of(space, text) for text in (options.label_from, options.label_to)]
    rows = 8 if options.rows is None else options.rows
    picture = samples.transitions(rows, options.steps, options.seed, *ends)
    what = f"{rows} latent{'s' * (rows > 1)}"
    return picture, f"{what}, from class {' to '.join(map(space.title, ends))}"
