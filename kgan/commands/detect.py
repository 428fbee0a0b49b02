"""Find the strange images of a folder, by a run, a .keras file, an export or a server.

The model has learned normal images: fanogan, anogan, vae, autoencoder, began. The
report has scores.csv, a picture of each image beside itself under its map in overlays/,
and index.html, which needs no other file.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import Annotated, Any, Literal

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """Which images, and where the report goes."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/fanogan/001), .keras file, export, or address of a
    server (http://localhost:8501, grpc://localhost:8500)."""
    images: Annotated[str, tyro.conf.Positional]
    """Folder, .zip or .tar of images, or one image file."""
    out: str
    """The folder to write; must not exist."""
    normal: str | None = None
    """Folder of normal images that the model has not learned from: the threshold of
    this report is made of them. Default: the threshold of the model."""
    false_alarms: float = 0.05
    """With --normal: the share of normal images that may be found anomalous."""
    stretch: bool = False
    """Resize images to the size of the model without keeping their aspect, if it has
    learned from such images. Default: crop them at the centre."""
    skip_corrupt: bool = False
    """Leave out files that are no images."""
    shown: int = 120
    """Images on the page, the strangest first; all are in scores.csv and overlays/."""
    weights: Literal["auto", "raw"] = "auto"
    """raw: the networks as trained; auto: averaged ones if there are some. A threshold
    is of the latter."""


def run(options: Options) -> None:
    logging.basicConfig(format="%(message)s")
    logging.getLogger("kgan").setLevel(logging.WARNING)
    from kgan.commands.translate import image_files_of, png_names
    from kgan.evaluation import open_detector
    from kgan.evaluation.detection import detect_files, pictures_of
    from kgan.results.detection_page import Found, page, table
    from kgan.system import image_files
    from kgan.system.files import new_directory

    files, headers = image_files_of(options.images, options.skip_corrupt)
    names = [f"overlays/{name}" for name in png_names(files)]
    with new_directory(options.out) as place:
        detector = open_detector(options.source, options.weights)
        threshold = _threshold(options, detector)
        detected = detect_files(detector, files, options.stretch)
        verdicts = detected.verdicts
        if options.normal:
            verdicts = detected.scores > threshold.value
        limit = threshold and threshold.value
        rows = zip(files.names, detected.scores, verdicts, names, strict=True)
        found = [Found(n, float(s), bool(v), p) for n, s, v, p in rows]
        strangest = sorted(found, key=lambda one: -one.score)[: max(0, options.shown)]
        on_page = {one.file for one in strangest}
        pictures = {}
        drawn = pictures_of(detector, files, detected, options.stretch)
        for (name, picture), path in zip(drawn, names, strict=True):
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            image_files.save(place / path, picture)
            if name in on_page:
                pictures[name] = picture
        (place / "scores.csv").write_text(table(found, limit))
        facts = _facts(options, detector, threshold, len(found))
        notes = _notes(options, detector, list(headers.values()))
        (place / "index.html").write_text(page(found, pictures, facts, notes, limit))
    alarms = sum(one.anomalous for one in found)
    print(f"{alarms} of {len(found)} images are anomalous: {options.out}/index.html")


def _threshold(options: Options, detector: Any) -> Any:
    """The `Threshold` of the report; None where a server does not say its own.

    Raises:
        ValueError: if there is none, or it cannot be made of the normal images.
    """
    from kgan.commands.translate import image_files_of
    from kgan.core.detecting import no_threshold, warn_of_strange
    from kgan.evaluation.detection import detect_files
    from kgan.metrics import calibrate

    if options.normal is None:
        if not detector.decides:
            raise ValueError(
                f"{no_threshold(detector.source)} Or give such images for this report "
                "alone: --normal FOLDER."
            )
        return detector.threshold
    files, _ = image_files_of(options.normal, options.skip_corrupt)
    scores = detect_files(detector, files, options.stretch).scores
    warn_of_strange(scores, files.names)
    return calibrate(scores, options.false_alarms)


def _facts(options: Options, detector: Any, threshold: Any, count: int):
    import datetime

    from kgan._version import __version__
    from kgan.system.text import without_directories

    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    facts = {
        "folder": f"{without_directories(options.images)}, {count} images",
        "model": f"{without_directories(detector.source)}, {detector.space.describe()}",
        "threshold": "that of the server, which does not say it",
    }
    if threshold is not None:
        facts["threshold"] = threshold.sentence()
    if options.normal:
        facts["threshold"] += f", {without_directories(options.normal)}"
    return {**facts, "made": f"{now}, kgan {__version__}"}


def _notes(options: Options, detector: Any, headers: list[Any]) -> list[str]:
    from kgan.evaluation.detection import cut_share

    notes = [
        "Left: what the model saw. Right: where it is unlike normal images, from dark "
        "to bright, in one scale for all images of this report."
    ]
    height, width, channels = detector.space.shape
    others = sum((h.height, h.width) != (height, width) for h in headers)
    cut = max(cut_share((h.height, h.width), detector.space) for h in headers)
    if others and options.stretch:
        notes.append(f"{others} images were resized to {height} x {width} pixels.")
    elif others:
        seen = (
            f"; of one, {cut:.0%} was cut off and not looked at" if cut > 0.01 else ""
        )
        notes.append(
            f"{others} images were cropped at the centre and resized to {height} x "
            f"{width} pixels{seen}."
        )
    recolored = sum(h.channels != channels for h in headers)
    if recolored:
        notes.append(
            f"{recolored} images were converted to {channels} "
            f"channel{'s' if channels > 1 else ''}, as the model has them."
        )
    return notes
