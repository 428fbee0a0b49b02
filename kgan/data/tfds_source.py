"""Sets of tensorflow-datasets: read where they are prepared, else downloaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data.memory import held
from kgan.data.reading import Reading
from kgan.data.sizes import as_channels, fit_in
from kgan.data.sources import Source
from kgan.spaces import Images
from kgan.system import network
from kgan.system.text import did_you_mean

# Examples in the shuffle buffer of a set that is not in memory.
_SHUFFLE_BUFFER = 10_000
_TFDS_HOST = "https://storage.googleapis.com"


def open_tfds(source: str | os.PathLike, reading: Reading) -> Source:
    """Opens a TFDS set by name or directory.

    Args:
        source: the name of a set, or a directory that tensorflow-datasets prepared.
        reading: how it is read.

    Returns:
        A `TFDSSource`, or a `HeldSource` if the images are decoded into memory.

    Raises:
        ValueError: if there is no such set or split; if the set is not prepared and
            cannot be downloaded; if it has no images; if its images have several sizes,
            `size` is None and there are no crops; or if labels are asked for and the
            set has no labels.
    """
    builder = _builder(source, reading.data_dir)
    split = reading.split
    if not split or split.split("[")[0].split("+")[0] not in builder.info.splits:
        raise ValueError(
            f"Expected a split of {builder.name}: {', '.join(builder.info.splits)}, "
            f"or a part of one, such as train[:50%]. Received: split={split!r}."
        )
    image_key, label_key = _keys(builder, reading.labels)
    shape = builder.info.features[image_key].shape
    if reading.size is None and reading.crop is None and None in shape[:2]:
        raise ValueError(
            f"Expected images of one size in {builder.name}. Received: images of "
            "several sizes. Choose the size to crop and resize to with image_size "
            "(--image-size)."
        )
    shape = (*(reading.size or shape[:2]), reading.channels or shape[2])
    source = TFDSSource(builder, split, shape, image_key, label_key)
    return held(source, reading.in_memory)


def is_prepared_directory(path: str | os.PathLike) -> bool:
    """Whether tensorflow-datasets prepared `path`, or a version in `path`."""
    return _version_directory(Path(path)) is not None


def splits_of_tfds(
    source: str | os.PathLike, data_dir: str | os.PathLike | None = None
) -> list[str]:
    """The names of the splits of a TFDS set.

    Raises:
        ValueError: if there is no such set, or it cannot be downloaded.
    """
    return list(_builder(source, data_dir).info.splits)


class TFDSSource(Source):
    """A TFDS set, streamed from its files in bounded memory.

    Each epoch reads the files in a random order, sixteen at a time; the examples pass a
    shuffle buffer. Memory does not grow with the set.

        >>> source = kgan.data.open_source("mnist_10k", in_memory=False)
        >>> source.size, source.image_shape
        (10000, (28, 28, 1))

    Args:
        builder: a prepared `tfds.core.DatasetBuilder`.
        split: a split, or a part of one, such as "train[:50%]".
        image_shape: (height, width, channels) of an example.
        image_key: the name of the images among the features.
        label_key: the name of the labels among the features, or None without labels.
    """

    def __init__(
        self,
        builder: Any,
        split: str,
        image_shape: tuple[int, int, int],
        image_key: str,
        label_key: str | None,
    ) -> None:
        self._info = builder.info.splits[split]
        features = builder.info.features
        super().__init__(
            builder.name,
            self._info.num_examples,
            Images(image_shape),
            num_classes=features[label_key].num_classes if label_key else None,
            class_names=features[label_key].names if label_key else None,
        )
        self._features = features
        self._keys = image_key, label_key

    def ordered(self) -> tf.data.Dataset:
        """Every example once, serialized, in the order of the files."""
        return self._records(None, None)

    def stream(
        self, batch_size: int, shuffle: bool, seed: int
    ) -> Callable[[tf.Tensor, tf.Tensor], tf.data.Dataset]:
        examples_per_epoch = self.size // batch_size * batch_size

        def epoch_records(epoch: Any, skip: Any):
            records = self._records(seed if shuffle else None, epoch)
            if shuffle:
                records = _shuffle(
                    records, min(self.size, _SHUFFLE_BUFFER), seed, epoch
                )
            # Skip here: a resumed run reads the skipped records, but does not decode
            # them.
            return records.take(examples_per_epoch).skip(skip)

        def stream(epoch: Any, batch: Any):
            first = epoch_records(epoch, batch * batch_size)
            later = tf.data.Dataset.range(epoch + 1, tf.int64.max)
            rest = later.flat_map(lambda e: epoch_records(e, tf.constant(0, tf.int64)))
            return first.concatenate(rest).batch(batch_size, drop_remainder=True)

        return stream

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        example = self._features.deserialize_example(element)
        image_key, label_key = self._keys
        image = _as_bytes(example[image_key])
        if None not in self.image_shape:
            image = fit_in(image, self.image_shape[:2])
        image = as_channels(image, self.image_shape[2])
        image = tf.ensure_shape(image, self.image_shape)
        if label_key is None:
            return (image,)
        return image, tf.cast(example[label_key], tf.int32)

    def _records(self, seed: int | None, epoch: Any):
        """Serialized examples; without a seed, in the order of the files."""
        parts = self._info.file_instructions
        files = [str(part.filename) for part in parts]
        skips = np.array([part.skip for part in parts], "int64")
        takes = np.array([part.take for part in parts], "int64")

        def records(number: Any):
            file = tf.data.TFRecordDataset(tf.gather(files, number))
            return file.skip(tf.gather(skips, number)).take(tf.gather(takes, number))

        numbers = tf.data.Dataset.range(len(files))
        if seed is not None and len(files) > 1:
            numbers = _shuffle(numbers, len(files), seed, epoch)
        return numbers.interleave(
            records, cycle_length=16 if seed is not None else 1, block_length=16
        )


def _shuffle(data: Any, buffer: int, seed: int, epoch: Any):
    seed = epoch * 1_000_003 + seed
    # TensorFlow would mix in the seed of the program, as keras.utils.set_random_seed
    # sets it, so that the order would not be that of (seed, epoch); with 0 it fails.
    graph = tf.compat.v1.get_default_graph()
    of_program, graph.seed = graph.seed, None
    try:
        return data.shuffle(buffer, seed=seed, reshuffle_each_iteration=False)
    finally:
        graph.seed = of_program


def _as_bytes(image: Any):
    if image.dtype == tf.uint16:
        return tf.cast(tf.cast(image, tf.int32) // 257, tf.uint8)
    if image.dtype == tf.uint8:
        return image
    raise ValueError(
        "Expected images stored with 8 or 16 bits per channel. "
        f"Received: {image.dtype.name}."
    )


def _keys(builder: Any, labels: bool):
    import tensorflow_datasets as tfds

    features = builder.info.features
    images = [k for k, f in features.items() if isinstance(f, tfds.features.Image)]
    classes = [
        k for k, f in features.items() if isinstance(f, tfds.features.ClassLabel)
    ]
    if not images:
        raise ValueError(
            f"Expected a set with images. Received: {builder.name} with the features "
            f"{', '.join(features)}."
        )
    if labels and not classes:
        raise ValueError(
            "Expected a set with labels (tfds.features.ClassLabel), because labels are "
            f"asked for. Received: {builder.name} with the features "
            f"{', '.join(features)}. Choose a set with classes; or a folder with one "
            "subfolder per class; or leave out labels (--no-labels)."
        )
    image = "image" if "image" in images else images[0]
    label = "label" if "label" in classes else (classes or [None])[0]
    return image, label if labels else None


def _builder(source: Any, data_dir: Any):
    import tensorflow_datasets as tfds

    path = _version_directory(Path(source))
    if path is None:
        path = _find_prepared(str(source), data_dir)
    if path is not None:
        return tfds.builder_from_directory(path)
    _require_known(str(source), tfds)
    _require_network(str(source), data_dir)
    builder = tfds.builder(str(source), data_dir=data_dir)
    builder.download_and_prepare()
    return builder


def _directories(data_dir: Any):
    candidates = [data_dir, os.environ.get("TFDS_DATA_DIR"), "~/tensorflow_datasets"]
    return [Path(d).expanduser() for d in candidates if d]


def _find_prepared(name: str, data_dir: Any):
    """The directory where `name[/config][:version]` is prepared, or None."""
    name, _, version = name.partition(":")
    for directory in _directories(data_dir):
        path = _version_directory(directory / name / version)
        if path is not None:
            return path
    return None


def _version_directory(path: Path):
    if (path / "dataset_info.json").is_file():
        return path
    # The newest version of the set, or of its only configuration.
    for pattern in ("*/dataset_info.json", "*/*/dataset_info.json"):
        files = sorted(path.glob(pattern), key=lambda p: _version_key(p.parent.name))
        if files:
            return files[-1].parent
    return None


def _version_key(name: str):
    return [int(part) if part.isdigit() else 0 for part in name.split(".")]


def _require_known(name: str, tfds: Any):
    known = tfds.list_builders(with_community_datasets=False)
    base = name.split("/")[0].split(":")[0]
    if base in known:
        return
    hint = did_you_mean(base, ["mnist_10k", *known])
    raise ValueError(
        "Expected a folder, or the name of a dataset that tensorflow-datasets knows. "
        f"Received: {name!r}.{hint} The embedded set is mnist_10k."
    )


def _require_network(name: str, data_dir: Any):
    """Raises ValueError without a network: a download would hang for minutes."""
    if network.reachable(_TFDS_HOST):
        return
    directories = ", ".join(str(d) for d in _directories(data_dir))
    raise ValueError(
        "Expected a prepared dataset, or a network to download it. "
        f"Received: {name!r}, which is not prepared in {directories}, and no network. "
        "Set data_dir (--data-dir) or the environment variable TFDS_DATA_DIR to the "
        "directory where the dataset is prepared, or use the embedded set mnist_10k."
    )
