"""Write a folder of generated images, one subfolder per class, to train a classifier.

The source is a generator that takes labels: a run, a .keras file, an export or a
server. .manifest.json in the folder says of each file that it is synthetic, of which
class it is, and where it comes from. Read the folder by kgan.data.load(FOLDER,
labels=True), or by keras.utils.image_dataset_from_directory.

Whether it helps a classifier: in kgan's study it did not, where the generator had
learned from the same labelled images; classic augmentation and pseudo-labels on other
real images did (docs/augmentation.md). Measure it on your data before you use it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from kgan.commands.classes import asked_classes
from kgan.recipes.recipe import Data
from kgan.system.checks import check_whole

if TYPE_CHECKING:
    from kgan.evaluation import Samples
    from kgan.evaluation.class_filter import ClassFilter

# Real images that the classifier of --filter learns from, at most, and its steps.
_REAL_LIMIT, _STEPS = 20_000, 1000


@dataclasses.dataclass(frozen=True)
class Options:
    """Which images, and where to."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/conditional_gan/001), .keras file, export, or address of
    a server (http://localhost:8501, grpc://localhost:8500)."""
    per_class: int
    """Images per class."""
    out: str
    """The folder to write; must not exist."""
    filter: float | None = None
    """Keep only images that a classifier puts in the class asked for, with at least
    this probability, such as 0.9. It learns from the real labelled images."""
    label: tuple[str, ...] = ()
    """Classes to make, by number or name: --label 7, --label Sneaker Coat. Default:
    every class."""
    seed: int = 0
    """Fixes the images, and the classifier."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """ema: the averaged generator; raw: the trained one; auto: averaged if any."""
    data: str | None = None
    """The real data, with labels. Default: the data of the run."""
    split: str | None = None
    """Split of the real data. Default: the split of the run, else train."""
    data_dir: str | None = None
    """Directory of TFDS sets. Default: TFDS_DATA_DIR, else ~/tensorflow_datasets."""


def run(options: Options) -> None:
    from kgan.evaluation import open_samples
    from kgan.evaluation.labelled import MANIFEST, write_folder

    _check(options)
    samples = open_samples(options.source, options.weights)
    classes = _classes(samples, options.label)
    data = _data(options, samples)
    class_filter = None
    if options.filter is not None:
        class_filter = _class_filter(options, samples, data)
    manifest = write_folder(
        options.out,
        samples,
        classes,
        options.per_class,
        seed=options.seed,
        class_filter=class_filter,
        data=data,
    )
    for line in _table(manifest):
        print(line)
    print(
        f"{len(manifest['files']):,} synthetic images of {len(classes)} classes, "
        f"weights {samples.weights}: {options.out} (what they are: {MANIFEST})"
    )


def _check(options: Options):
    """Refuses options before anything is loaded."""
    check_whole("per_class", options.per_class)
    check_whole("seed", options.seed, 0)
    if options.filter is not None and not 0.0 < options.filter < 1.0:
        raise ValueError(
            "Expected --filter as a probability between 0 and 1, such as 0.9. "
            f"Received: {options.filter:g}."
        )
    out = Path(options.out)
    if out.exists() or out.is_symlink():
        raise FileExistsError(
            f"{out} exists, and nothing is overwritten. Choose another --out."
        )


def _classes(samples: Samples, asked: tuple[str, ...]) -> list[int]:
    """The numbers of the classes to make, in their order.

    Raises:
        ValueError: if the generator takes no labels, makes no images of PNG files, or
            does not have these classes.
    """
    from kgan.commands.sample import require_images

    require_images(samples)
    if not samples.space.from_png:
        raise ValueError(
            "Expected a generator of images with 1, 3 or 4 channels, as PNG files "
            f"have them. Received: {samples.source}, which makes "
            f"a {samples.space.describe()}."
        )
    if samples.labels is None:
        raise ValueError(
            "Expected a generator that takes labels, because each image goes into the "
            f"folder of its class. Received: {samples.source}, which is unconditional: "
            "nobody can tell it what to make. Train one on data with labels, by a "
            "recipe such as conditional_gan."
        )
    _, space = samples.labels
    if asked or space.classes is None:
        return sorted(set(asked_classes(samples, asked)))
    return list(range(space.classes))


def _data(options: Options, samples: Samples) -> Data | None:
    """What the generator learned from, with the changes of the options."""
    data = samples.data
    if options.data is not None:
        height, width, channels = samples.space.shape
        data = Data(
            options.data,
            image_size=height if height == width else None,
            channels=channels,
        )
    if data is None:
        return None
    changes = {"split": options.split, "data_dir": options.data_dir}
    changes = {name: value for name, value in changes.items() if value}
    return dataclasses.replace(data, labels=True, **changes)


def _class_filter(options: Options, samples: Samples, data: Data | None) -> ClassFilter:
    """The filter, of a classifier that has learned from the real data.

    Raises:
        ValueError: if nobody says what the real data are, or they do not fit.
    """
    from kgan.evaluation.class_filter import ClassFilter

    if data is None:
        raise ValueError(
            "Expected a source that says what it learned from, because the classifier "
            f"of --filter learns from it too. Received: {options.source}. Name the "
            "real data by --data, such as --data mnist."
        )
    source = dataclasses.replace(data, flip=False).open()
    _, space = samples.labels
    same = space.classes in (None, source.num_classes)
    if not same or source.image_shape != tuple(samples.space.shape):
        raise ValueError(
            f"Expected real data as the generator makes: {samples.space.describe()}, "
            f"{space.describe()}. Received: {source.name} with "
            f"{' and '.join(s.describe() for s in source.spaces)}. Name the data that "
            "it learned from by --data."
        )
    images, labels = source.parts(_REAL_LIMIT, seed=options.seed)
    print(f"The classifier learns from {len(images):,} real images of {source.name}.")
    return ClassFilter(
        source.space.to_public(images),
        labels,
        *(source.num_classes, options.filter, _STEPS, options.seed),
    )


def _table(manifest: dict[str, Any]) -> list[str]:
    """How many images of each class were drawn and kept, if there was a filter."""
    from kgan.system.text import columns

    about = manifest["filter"]
    if about is None:
        return []
    rows = [("class", "drawn", "agree", "kept")]
    for entry in manifest["classes"]:
        agree = f"{entry['agreeing']} ({entry['agreeing'] / entry['drawn']:.0%})"
        rows.append((entry["folder"], str(entry["drawn"]), agree, str(entry["kept"])))
    lines = columns(rows)
    accuracy = about["classifier"]["accuracy"]
    if accuracy is not None:
        lines.append(f"The classifier is right in {accuracy:.1%} of other real images.")
    return lines
