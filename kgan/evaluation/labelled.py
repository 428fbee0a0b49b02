"""A labelled folder of generated images, for training classifiers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL.PngImagePlugin import PngInfo

from kgan._version import __version__
from kgan.data.licences import licence
from kgan.evaluation.class_filter import ClassFilter
from kgan.evaluation.samples import Samples
from kgan.random import seeds
from kgan.recipes.recipe import Data
from kgan.system.files import new_directory
from kgan.system.image_files import as_picture
from kgan.system.text import without_directories

# Readers of folders leave out hidden files, so that images alone have labels.
MANIFEST = ".manifest.json"
# Draws per image asked for, before a class is given up.
TRIES = 20


def folder_names(names: Sequence[str] | None, classes: int) -> list[str]:
    """Folders whose alphabetical order is the order of the labels.

        >>> kgan.evaluation.labelled.folder_names(["cat", "dog"], 2)
        ['cat', 'dog']
        >>> kgan.evaluation.labelled.folder_names(["T-shirt/top", "Coat"], 2)
        ['0_T-shirt_top', '1_Coat']
        >>> kgan.evaluation.labelled.folder_names(None, 11)[:2]
        ['00', '01']

    Readers number the folders in their order. Where that of the names is another one,
    the label stands before the name.

    Args:
        names: of the classes, or None.
        classes: their number.
    """
    digits = len(str(classes - 1))
    numbers = [f"{label:0{digits}d}" for label in range(classes)]
    if names is None or list(names) == [str(label) for label in range(classes)]:
        return numbers
    plain = [re.sub(r"[^\w.+ -]+", "_", name).strip(" ._") for name in names]
    # Of names that differ in capitals only, some systems make one folder.
    different = len({name.lower() for name in plain}) == classes
    if all(plain) and different and sorted(plain) == plain:
        return plain
    return [f"{n}_{name}".rstrip("_") for n, name in zip(numbers, plain, strict=True)]


def draws(
    samples: Samples,
    label: int,
    count: int,
    seed: int,
    class_filter: ClassFilter | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Blocks of `count` images of a class: (images, their probabilities or None).

    They do not depend on the other classes. There are `TRIES` blocks at most.
    """
    name, _ = samples.labels
    labels = np.full(count, label, "int32")
    block_seeds = seeds.of_blocks(seeds.derive(seed, f"augment {label}"))
    for block_seed, _ in zip(block_seeds, range(TRIES), strict=False):
        images = samples.draw(count, block_seed, **{name: labels})
        yield images, class_filter and class_filter(images, label)


def write_folder(
    out: str | Path,
    samples: Samples,
    labels: Sequence[int],
    per_class: int,
    *,
    seed: int = 0,
    class_filter: ClassFilter | None = None,
    data: Data | None = None,
) -> dict[str, Any]:
    """Writes images of the classes, all or nothing.

    Args:
        out: the folder; must not exist.
        samples: of a generator that takes labels.
        labels: the numbers of the classes.
        per_class: images per class.
        seed: fixes the images.
        class_filter: which images are written; None for all.
        data: what the generator learned from, if that is known.

    Returns:
        What the manifest holds.

    Raises:
        FileExistsError: if `out` exists.
        ValueError: if too few images of a class agree.
    """
    _, space = samples.labels
    folders = folder_names(space.names, space.classes or max(labels) + 1)
    classes, files = [], []
    with new_directory(out) as place:
        for label in labels:
            name = space.names[label] if space.names else None
            entry = {"label": label, "name": name, "folder": folders[label]}
            drawn, written = _write_class(
                place, samples, entry, per_class, seed, class_filter
            )
            classes.append({**entry, **drawn, "kept": len(written)})
            files += written
        manifest = {
            "synthetic": True,
            "note": "A generator made each image below this folder. None is real.",
            "made_by": {
                "kgan": __version__,
                "source": samples.source,
                "kind": samples.kind,
                "weights": samples.weights,
                **samples.trained,
            },
            "seed": seed,
            "data": data and {"name": data.data, "split": data.split},
            "licence": _licences(data),
            "filter": class_filter and class_filter.about,
            "classes": classes,
            "files": files,
        }
        # Where a machine has its files is not for those who get the folder.
        manifest = without_directories(manifest)
        (place / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def _write_class(
    place: Path,
    samples: Samples,
    entry: dict[str, Any],
    per_class: int,
    seed: int,
    class_filter: ClassFilter | None,
):
    """(How many were drawn, the manifest's entries of the files) of one class."""
    label, folder = entry["label"], entry["folder"]
    (place / folder).mkdir()
    files, drawn, agreeing = [], 0, 0
    for images, sure in draws(samples, label, per_class, seed, class_filter):
        agrees = np.ones(len(images), bool)
        if class_filter is not None:
            agrees = sure >= class_filter.confidence
        drawn, agreeing = drawn + len(images), agreeing + int(agrees.sum())
        for i in np.flatnonzero(agrees)[: per_class - len(files)]:
            file = f"{folder}/synthetic_{len(files):05d}.png"
            _save(place / file, images[i], folder)
            known = {} if sure is None else {"probability": round(float(sure[i]), 4)}
            files.append({"file": file, "label": label, **known})
        if len(files) == per_class:
            return {"drawn": drawn, "agreeing": agreeing}, files
    raise ValueError(
        f"Expected {per_class} images of the class {folder} in which the classifier "
        f"sees it with a probability of at least {class_filter.confidence:g}. "
        f"Received: {agreeing} of {drawn} drawn. Ask for fewer (--per-class), lower "
        "--filter, choose other classes (--label), or train the generator longer."
    )


def _save(path: Path, image: np.ndarray, folder: str):
    info = PngInfo()
    info.add_text("Software", f"kgan {__version__}")
    info.add_text("Comment", f"synthetic: made by a generator, as of class {folder}")
    as_picture(image).save(path, pnginfo=info)


def _licences(data: Data | None):
    of_data = licence("" if data is None else data.data)
    return {
        "data": of_data,
        "images": "kgan claims no right in them. A generator learned them from the "
        f"data; check whether the licence of the data ({of_data}) covers them.",
    }
