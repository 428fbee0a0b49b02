"""Score the samples of a training run, a .keras file or an export."""

from __future__ import annotations

import dataclasses
import logging
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from kgan.recipes.recipe import Data


@dataclasses.dataclass(frozen=True)
class Options:
    """What to score, and how."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/dcgan/001), .keras file, export (export/dcgan/1), or
    the address of a server (localhost:8500, http://localhost:8501/v1/models/dcgan)."""
    metrics: tuple[str, ...] = ()
    """Names such as frechet_distance kernel_distance parzen. Default: the usual ones
    that fit the data."""
    samples: int = 10_000
    """The number of generated examples; at most as many real ones are used."""
    seed: int = 0
    """Fixes the samples."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """ema: the averaged generator; raw: the trained one; auto: averaged if any."""
    extractor: str | None = None
    """The network of the features: lenet, color, pixels, inception; for color images
    also squeezenet or lpips, with their weights as squeezenet:PATH or in the folder
    KGAN_WEIGHTS; a network of Keras, as applications:MobileNetV2. Default: lenet for
    gray images, color for color images, pixels for points."""
    inception: str | None = None
    """The file classify_image_graph_def.pb, for --extractor inception."""
    data: str | None = None
    """The real data. Default: the data of the run."""
    split: str | None = None
    """Split of the real data, and of the images that are translated. Default: the
    split of the run, else train; what is translated is of its validation split, if it
    has one."""
    data_dir: str | None = None
    """Directory of TFDS sets. Default: TFDS_DATA_DIR, else ~/tensorflow_datasets."""
    target: str | None = None
    """With --data, for a generator that translates: a second folder, a split such as
    trainB, or left or right."""
    degradation: Literal["gray", "downscale2", "downscale4", "mask"] | None = None
    """With --data, for a generator that translates: make its images of real ones."""
    out: str | None = None
    """JSON file to write. Default: a new one in evaluations/ of the run, or beside the
    file or export; here, for a server."""


def run(options: Options) -> None:
    logging.basicConfig(format="%(message)s")
    logging.getLogger("kgan").setLevel(logging.INFO)
    from kgan.evaluation import Evaluation, open_samples
    from kgan.metrics.extractors import Inception
    from kgan.results.folder import next_path
    from kgan.serving.client import is_address

    # Of a server, the results are here: localhost_8500.evaluations.
    place = options.source
    if is_address(place):
        place = re.sub(r"[^\w.-]+", "_", place.partition("://")[2] or place)
    out = Path(options.out) if options.out else next_path(place)
    if out.exists():
        raise FileExistsError(
            f"{out} exists, and nothing is overwritten. Choose another --out."
        )
    samples = open_samples(options.source, options.weights)
    extractor = options.extractor
    if extractor == "inception" and options.inception:
        extractor = Inception(options.inception)
    evaluation = Evaluation(
        _data(options, samples),
        options.metrics or None,
        extractor,
        samples=options.samples,
        seed=options.seed,
    )
    result = evaluation.run(samples)
    if not result.scores:
        raise ValueError(
            f"Expected a metric that can score {options.source}. Received: "
            f"{' '.join(result.warnings)}"
        )
    print(f"\n{result.table()}\n\nwritten to {result.write(out)}")


def _data(options: Options, samples: Any) -> Data:
    """The real data: that of the run, with the changes of the options."""
    data = samples.data
    if data is None and options.data is None:
        raise ValueError(
            f"Expected a source that says what it learned from. Received: "
            f"{options.source}. Name the real data by --data, such as --data mnist."
        )
    if options.data is not None:
        data = _fitting(options, samples)
    if options.split:
        target = data.target_of(options.split)
        data = dataclasses.replace(data, split=options.split, validation=None)
        data = dataclasses.replace(data, target=target)
    if options.data_dir:
        data = dataclasses.replace(data, data_dir=options.data_dir)
    return data


def _fitting(options: Options, samples: Any) -> Data:
    """The data that `options` name, in the shape of the samples, with labels if the
    generator takes some."""
    from kgan.spaces import Images, Labels, Molecules

    data = Data(
        options.data,
        labels=any(isinstance(space, Labels) for space in samples.takes.values()),
        target=options.target,
        degradation=options.degradation,
    )
    if isinstance(samples.space, Molecules):
        space = samples.space
        return dataclasses.replace(data, nodes=space.nodes, atoms=space.atoms)
    if not isinstance(samples.space, Images):
        return data
    height, width, channels = samples.space.shape
    return dataclasses.replace(
        data,
        image_size=height if height == width else None,
        channels=channels if channels in (1, 3, 4) else None,
    )
