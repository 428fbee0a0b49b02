"""Give a model that finds anomalies its threshold, by normal images.

The images were held out of training. The model with its threshold is a .keras file, for
`kgan detect` and `kgan export`.
"""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import Annotated, Any

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """Which model, and which images."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/fanogan/001), or .keras file."""
    images: Annotated[str | None, tyro.conf.Positional] = None
    """Folder, .zip or .tar of normal images. Default: the validation split of the
    run."""
    out: str = "calibrated.keras"
    """The .keras file to write; must not exist."""
    false_alarms: float = 0.05
    """The share of normal images that may be found anomalous."""
    confidence: float = 0.95
    """Of the intervals that are told."""
    stretch: bool = False
    """As for kgan detect."""
    skip_corrupt: bool = False
    """Leave out files that are no images."""


def run(options: Options) -> None:
    logging.basicConfig(format="%(message)s")
    out = Path(options.out)
    if out.exists() or out.suffix != ".keras":
        raise ValueError(
            f"Expected a new .keras file as --out. Received: {out}"
            f"{', which exists, and nothing is overwritten' if out.exists() else ''}."
        )
    from kgan.evaluation import open_detector
    from kgan.runs.loading import load_model
    from kgan.system.files import atomic_file

    model = load_model(options.source)
    # Refuses a model without scores.
    detector = open_detector(model)
    images, names = _images(options, detector)
    found = model.calibrate(images, options.false_alarms, options.confidence, names)
    with atomic_file(out) as partial:
        model.save(partial)
    print(f"threshold {found.sentence()}\nwritten to {out}")


def _images(options: Options, detector: Any) -> tuple[Any, list[str] | None]:
    """Normal images, and their names if they have some.

    Raises:
        ValueError: if there are none.
    """
    import numpy as np

    from kgan.commands.translate import image_files_of
    from kgan.core.detecting import held_out_images
    from kgan.evaluation.detection import fitted, read
    from kgan.runs.config import run_of, settings_of

    if options.images is not None:
        files, _ = image_files_of(options.images, options.skip_corrupt)
        pictures = read(files, files.names, detector)
        space, stretch = detector.space, options.stretch
        images = np.stack([fitted(pixels, space, stretch) for _, pixels in pictures])
        return images, files.names
    run = run_of(options.source)
    data = run and settings_of(run).data
    if not data or not data.validation:
        raise ValueError(
            "Expected normal images that were held out of training. Received: "
            f"{options.source}, which has no validation split. Name a folder of them: "
            f"kgan calibrate {options.source} FOLDER."
        )
    return held_out_images(data.open(data.validation)), None
