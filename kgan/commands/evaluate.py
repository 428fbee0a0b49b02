"""Score the samples of a training run, a .keras file or an export."""

import dataclasses
import logging
from pathlib import Path
from typing import Annotated, Literal

import tyro

from kgan.recipes.recipe import Data


@dataclasses.dataclass(frozen=True)
class Options:
    """What to score, and how."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/dcgan/001), .keras file, or export (export/dcgan/1)."""
    metrics: tuple[str, ...] = ()
    """Such as frechet_distance kernel_distance parzen. Default: what the data allows of
    the usual ones."""
    samples: int = 10_000
    """Generated examples, and at most as many real ones."""
    seed: int = 0
    """Fixes the samples."""
    weights: Literal["auto", "ema", "raw"] = "auto"
    """The averaged generator (ema) or the trained one (raw); auto: averaged if any."""
    extractor: Literal["lenet", "inception", "pixels"] | None = None
    """What features are of. Default: lenet; pixels for points."""
    inception: str | None = None
    """The file classify_image_graph_def.pb, for --extractor inception."""
    data: str | None = None
    """The real data. Default: what the run learned from."""
    split: str | None = None
    """Its split. Default: that of the run; train."""
    data_dir: str | None = None
    """Where TFDS sets are; else TFDS_DATA_DIR, ~/tensorflow_datasets."""
    out: str | None = None
    """JSON file to write. Default: a new one in evaluations/ of the run, or beside."""


def run(options):
    logging.basicConfig(format="%(message)s")
    logging.getLogger("kgan").setLevel(logging.INFO)
    from kgan.evaluation import Evaluation, open_samples
    from kgan.evaluation.results import next_path
    from kgan.metrics.extractors import Inception

    out = Path(options.out) if options.out else next_path(options.source)
    if out.exists():
        raise FileExistsError(f"{out} exists, and nothing is overwritten.")
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
    print(f"\n{result.table()}\n\nwritten to {result.write(out)}")


def _data(options, samples):
    """The `Data` to measure against: the run's, changed by the options."""
    data = samples.data
    if data is None and options.data is None:
        raise ValueError(
            f"{options.source} does not say what it learned from. Name the real data "
            "by --data, such as --data mnist."
        )
    if options.data is not None:
        data = _fitting(options.data, samples.image_shape)
    given = {"split": options.split, "data_dir": options.data_dir}
    return dataclasses.replace(data, **{k: v for k, v in given.items() if v})


def _fitting(name, shape):
    """The data `name`, prepared in the shape of the samples."""
    if len(shape) != 3:
        return Data(name)
    height, width, channels = shape
    return Data(
        name,
        image_size=height if height == width else None,
        channels=channels if channels in (1, 3, 4) else None,
    )
