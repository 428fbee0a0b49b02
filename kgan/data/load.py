"""One door to all data."""

import os
from pathlib import Path

import numpy as np

from kgan.data import synthetic
from kgan.data.folder import open_folder
from kgan.data.sources import ArraySource
from kgan.data.stacked import PREFIX, StackedSource
from kgan.data.tfds_source import is_prepared_directory, open_tfds

# 10,000 real MNIST training digits, 1,000 a class, inside the package.
EMBEDDED = "mnist_10k"
_EMBEDDED_DIRECTORY = Path(__file__).parent / EMBEDDED


def load(source=EMBEDDED, *, batch_size=64, shuffle=True, seed=0, **kwargs):
    """Batches of examples, ready for `model.fit`.

    The order is a function of (seed, epoch). Each iteration over the dataset is the
    next epoch; `dataset.position.seek(epoch, batch)` chooses another.

    Args:
        source: what to read:
            - "mnist_10k", the embedded set;
            - "gaussian", "ring", "grid": synthetic points, see `kgan.data.synthetic`;
            - a folder of images, flat or with one subfolder a class, in any format that
              Pillow reads; any sizes, cropped at the centre and resized;
            - a directory that tensorflow-datasets prepared;
            - the name of a TFDS set: "mnist", "cifar10:3.0.2", "name/config";
            - "stacked_" and any of these: three gray images an image, see
              `kgan.data.stacked`;
            - a uint8 array [n, height, width, channels], or (images, labels).
        batch_size: examples in a batch. The remainder of an epoch is dropped.
        shuffle: whether to shuffle each epoch.
        seed: integer, fixes the order.
        split: of a TFDS set, such as "train", "test", "train[:50000]".
        image_size: int or (height, width) to crop and resize to. Default: the data's.
        channels: 1 (gray), 3 (RGB) or 4 (RGBA). Default: the data's.
        labels: whether to give (images, labels) with int32 labels [batch].
        data_dir: where TFDS sets are. Default: `TFDS_DATA_DIR`, ~/tensorflow_datasets.
        skip_corrupt: whether to leave out files that are no images, and count them,
            instead of stopping.
        in_memory: whether to decode everything once and gather batches from memory.
            Default: if it takes at most 1 GiB.

    Returns:
        `tf.data.Dataset` of images [batch, height, width, channels], float32 in
        [-1, 1], or of (images, labels), with the attributes `source` (a
        `kgan.data.Source`) and `position` (a `kgan.data.Position`).

    Raises:
        ValueError: for a source that does not exist, is empty, corrupt, of mixed
            channels or sizes, smaller than a batch, or has no labels; the message says
            what to do.
    """
    opened = open_source(source, **kwargs)
    return opened.batches(batch_size, shuffle=shuffle, seed=seed)


def open_source(
    source=EMBEDDED,
    *,
    split="train",
    image_size=None,
    channels=None,
    labels=False,
    data_dir=None,
    skip_corrupt=False,
    in_memory=None,
):
    """What `load` reads from: a `Source` with its size, shape and number of classes.

    Takes the arguments of `load` of the same names.
    """
    size = _image_size(image_size)
    if channels not in (None, 1, 3, 4):
        raise ValueError(f"Expected channels 1, 3 or 4. Received: channels={channels}.")
    if not isinstance(source, (str, os.PathLike)):
        return _from_arrays(source, labels)
    if source in synthetic.SETS:
        points, modes = synthetic.SETS[source]()
        return ArraySource(points, modes if labels else None, name=source)
    if _is_stacked(source):
        return _open_stacked(
            source.removeprefix(PREFIX),
            channels,
            split=split,
            image_size=image_size,
            labels=labels,
            data_dir=data_dir,
            skip_corrupt=skip_corrupt,
        )
    options = {"labels": labels, "in_memory": in_memory}
    if source == EMBEDDED:
        source, split = _EMBEDDED_DIRECTORY, split or "train"
    path = Path(source).expanduser()
    if path.is_dir() and not is_prepared_directory(path):
        return open_folder(path, size, channels, skip_corrupt=skip_corrupt, **options)
    if not path.is_dir() and _looks_like_path(source):
        raise ValueError(
            "Expected a folder of images or a prepared TFDS directory. "
            f"Received: {str(source)!r}, which is no directory."
        )
    return open_tfds(source, split, size, channels, data_dir=data_dir, **options)


def _from_arrays(source, labels):
    images, classes = source if isinstance(source, (tuple, list)) else (source, None)
    if labels and classes is None:
        raise ValueError(
            "Labels were asked for, and the source has none: pass (images, labels), or "
            "labels=False."
        )
    return ArraySource(np.asarray(images), classes if labels else None)


def _is_stacked(source):
    is_name = isinstance(source, str) and source.startswith(PREFIX)
    return is_name and not Path(source).is_dir()


def _open_stacked(base, channels, **kwargs):
    if channels not in (None, 3):
        raise ValueError(
            f"Expected 3 channels of {PREFIX}{base}, three gray images. "
            f"Received: channels={channels}."
        )
    if base in synthetic.SETS:
        raise ValueError(f"Expected images to stack. Received: the points {base!r}.")
    return StackedSource(open_source(base, channels=1, in_memory=True, **kwargs))


def _looks_like_path(source):
    text = str(source)
    return isinstance(source, os.PathLike) or text.startswith((".", "/", "~"))


def _image_size(size):
    if size is None:
        return None
    height, width = (size, size) if isinstance(size, int) else size
    if height < 1 or width < 1:
        raise ValueError(
            f"Expected image_size >= 1, or (height, width). Received: {size}."
        )
    return int(height), int(width)
