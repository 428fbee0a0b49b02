"""Sets of tensorflow-datasets: found where they are prepared, else downloaded."""

import difflib
import os
from pathlib import Path

import numpy as np
import tensorflow as tf

from kgan import online
from kgan.data.sources import Source, fit_in, held, to_float

# Examples that pass through the shuffle buffer of a set that is not held in memory.
_SHUFFLE_BUFFER = 10_000
_TFDS_HOST = "https://storage.googleapis.com"


def open_tfds(source, split, size, channels, *, data_dir, labels, in_memory):
    """Opens a TFDS set by name or directory. Arguments as for `kgan.data.load`.

    Raises:
        ValueError: if there is no such set or split, it is not prepared and cannot be
            downloaded, or it has no images, or no labels where they are asked for.
    """
    builder = _builder(source, data_dir)
    if not split or split.split("[")[0].split("+")[0] not in builder.info.splits:
        raise ValueError(
            f"Expected a split of {builder.name}: {', '.join(builder.info.splits)}, "
            f"or a part such as train[:50%]. Received: split={split!r}."
        )
    image_key, label_key = _keys(builder, labels)
    shape = builder.info.features[image_key].shape
    if size is None and None in shape[:2]:
        raise ValueError(
            f"The images of {builder.name} have several sizes. Say which size to crop "
            "and resize to with image_size (--image-size)."
        )
    shape = (*(size or shape[:2]), channels or shape[2])
    source = TFDSSource(builder, split, shape, image_key, label_key)
    return held(source, in_memory)


def is_prepared_directory(path):
    """Whether tensorflow-datasets prepared `path`, or a version in it."""
    return _version_directory(Path(path)) is not None


class TFDSSource(Source):
    """A TFDS set, streamed from its files in bounded memory.

    The files are read in an order drawn for each epoch, sixteen at a time, and their
    examples pass a shuffle buffer, so that memory does not grow with the set.
    """

    def __init__(self, builder, split, image_shape, image_key, label_key):
        self._info = builder.info.splits[split]
        features = builder.info.features
        super().__init__(
            builder.name,
            self._info.num_examples,
            image_shape,
            num_classes=features[label_key].num_classes if label_key else None,
        )
        self._features = features
        self._keys = image_key, label_key

    def decoded(self):
        """Every (image uint8, label) once, in the order of the files."""
        return self._records(None, None).map(
            self._decode, num_parallel_calls=tf.data.AUTOTUNE
        )

    def stream(self, batch_size, shuffle, seed):
        used = self.size // batch_size * batch_size

        def epoch_records(epoch, skip):
            records = self._records(seed if shuffle else None, epoch)
            if shuffle:
                records = _shuffle(
                    records, min(self.size, _SHUFFLE_BUFFER), seed, epoch
                )
            # Before decoding: resuming reads what it skips, and no more.
            return records.take(used).skip(skip)

        def stream(epoch, batch):
            first = epoch_records(epoch, batch * batch_size)
            later = tf.data.Dataset.range(epoch + 1, tf.int64.max)
            rest = later.flat_map(lambda e: epoch_records(e, tf.constant(0, tf.int64)))
            return first.concatenate(rest).batch(batch_size, drop_remainder=True)

        return stream

    def read(self, stream, batch_size):
        def example(record):
            image, label = self._decode(record)
            image = to_float(image)
            return image if self.num_classes is None else (image, label)

        examples = stream.unbatch().map(example, num_parallel_calls=tf.data.AUTOTUNE)
        return examples.batch(batch_size, drop_remainder=True)

    def _records(self, seed, epoch):
        """Serialized examples; the files in the order of (seed, epoch), if given."""
        parts = self._info.file_instructions
        files = [str(part.filename) for part in parts]
        skips = np.array([part.skip for part in parts], "int64")
        takes = np.array([part.take for part in parts], "int64")

        def records(number):
            file = tf.data.TFRecordDataset(tf.gather(files, number))
            return file.skip(tf.gather(skips, number)).take(tf.gather(takes, number))

        numbers = tf.data.Dataset.range(len(files))
        if seed is not None and len(files) > 1:
            numbers = _shuffle(numbers, len(files), seed, epoch)
        return numbers.interleave(
            records, cycle_length=16 if seed is not None else 1, block_length=16
        )

    def _decode(self, record):
        example = self._features.deserialize_example(record)
        image_key, label_key = self._keys
        image = _as_bytes(example[image_key])
        image = fit_in(image, self.image_shape[:2])
        image = _as_channels(image, self.image_shape[2])
        label = tf.cast(example[label_key], tf.int32) if label_key else tf.constant(0)
        return tf.ensure_shape(image, self.image_shape), label


def _shuffle(data, buffer, seed, epoch):
    seed = epoch * 1_000_003 + seed
    return data.shuffle(buffer, seed=seed, reshuffle_each_iteration=False)


def _as_bytes(image):
    if image.dtype == tf.uint16:
        return tf.cast(tf.cast(image, tf.int32) // 257, tf.uint8)
    if image.dtype == tf.uint8:
        return image
    raise ValueError(
        f"Expected images stored as 8 or 16 bit. Received: {image.dtype.name}."
    )


def _as_channels(image, channels):
    if image.shape[-1] == channels:
        return image
    if image.shape[-1] == 4:
        image = image[..., :3]
    if image.shape[-1] == 3 and channels == 1:
        return tf.image.rgb_to_grayscale(image)
    if image.shape[-1] == 1:
        image = tf.image.grayscale_to_rgb(image)
    if channels == 4:
        return tf.concat([image, tf.fill([*image.shape[:2], 1], tf.uint8.max)], -1)
    return image


def _keys(builder, labels):
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
            f"Labels were asked for, and {builder.name} has none. Its features are "
            f"{', '.join(features)}."
        )
    image = "image" if "image" in images else images[0]
    label = "label" if "label" in classes else (classes or [None])[0]
    return image, label if labels else None


def _builder(source, data_dir):
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


def _directories(data_dir):
    candidates = [data_dir, os.environ.get("TFDS_DATA_DIR"), "~/tensorflow_datasets"]
    return [Path(d).expanduser() for d in candidates if d]


def _find_prepared(name, data_dir):
    """The directory of `name[/config][:version]`, if it is prepared anywhere."""
    name, _, version = name.partition(":")
    for directory in _directories(data_dir):
        path = _version_directory(directory / name / version)
        if path is not None:
            return path
    return None


def _version_directory(path):
    if (path / "dataset_info.json").is_file():
        return path
    # The newest version of the set, or of its only configuration.
    for pattern in ("*/dataset_info.json", "*/*/dataset_info.json"):
        found = sorted(path.glob(pattern), key=lambda p: _version_key(p.parent.name))
        if found:
            return found[-1].parent
    return None


def _version_key(name):
    return [int(part) if part.isdigit() else 0 for part in name.split(".")]


def _require_known(name, tfds):
    known = tfds.list_builders(with_community_datasets=False)
    base = name.split("/")[0].split(":")[0]
    if base in known:
        return
    close = difflib.get_close_matches(base, ["mnist_10k", *known], n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise ValueError(
        f"No dataset {name!r}: it is no folder and no name that tensorflow-datasets "
        f"knows.{hint} The embedded set is mnist_10k."
    )


def _require_network(name, data_dir):
    """A download without a network would hang for minutes."""
    if online.reachable(_TFDS_HOST):
        return
    looked = ", ".join(str(d) for d in _directories(data_dir))
    raise ValueError(
        f"The dataset {name!r} is not prepared in {looked}, and there is no network to "
        "download it. Point data_dir (--data-dir) or the environment variable "
        "TFDS_DATA_DIR to where it is prepared, or use the embedded set mnist_10k."
    )
