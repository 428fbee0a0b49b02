"""A `tf.data.Dataset` of one's own, read into memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data.arrays import of_arrays
from kgan.data.memory import MEMORY_LIMIT
from kgan.data.reading import Reading
from kgan.data.sources import ArraySource
from kgan.spaces import of_shape

_BLOCK = 1024


def of_dataset(dataset: tf.data.Dataset, reading: Reading) -> ArraySource:
    """A source of a finite dataset of examples, or of (examples, labels).

    Batches are taken apart. Floats in [-1, 1] are rounded to the 256 levels of images.

        >>> dataset = tf.data.Dataset.from_tensor_slices(images).batch(16)
        >>> kgan.data.open_source(dataset).size
        64

    Args:
        dataset: of images [height, width, channels], uint8 or floats in [-1, 1], of
            points [d], or of batches of them; alone or with integer labels.
        reading: how the examples are read.

    Raises:
        ValueError: for dictionaries, an endless dataset, one of more than 1 GiB, images
            of several sizes or in another range, or missing labels.
    """
    spec = dataset.element_spec
    parts = spec if isinstance(spec, tuple) else (spec,)
    _check_parts(parts)
    if int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            "Expected a dataset with an end. Received: one that repeats for ever. "
            "Leave out `repeat`, or give `fit` the dataset itself."
        )
    if parts[0].shape.rank in (2, 4):
        dataset = dataset.unbatch()
    blocks = list(_blocks(dataset.batch(_BLOCK)))
    if not blocks:
        raise ValueError("Expected at least one example. Received: an empty dataset.")
    examples, *labels = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
    source = (examples, np.ravel(labels[0])) if labels else examples
    return of_arrays(source, reading, "dataset")


def _check_parts(parts: tuple[Any, ...]):
    if isinstance(parts[0], dict):
        keys = sorted(parts[0])
        example = f"example[{keys[0]!r}]"
        raise ValueError(
            "Expected a dataset of examples, or of (examples, labels). Received: "
            f"dictionaries of {', '.join(keys)}. Take the parts out, such as "
            f"dataset.map(lambda example: {example})."
        )
    tensors = all(isinstance(part, tf.TensorSpec) for part in parts)
    if not tensors or len(parts) > 2:
        raise ValueError(
            "Expected a dataset of examples, or of (examples, labels). "
            f"Received: elements of {parts}."
        )
    shape = parts[0].shape
    inner = shape[1:] if shape.rank in (2, 4) else shape
    if shape.rank is None or not inner.is_fully_defined():
        raise ValueError(
            "Expected examples of one known shape. Received: shape "
            f"{shape}. Resize images in dataset.map, or set their shape."
        )


def _blocks(batches: tf.data.Dataset):
    """(examples of the form outside, labels) of each batch."""
    size, doubts = 0, []
    for batch in batches:
        examples, *labels = batch if isinstance(batch, tuple) else (batch,)
        if examples.dtype.is_floating:
            examples, doubt = _public(examples)
            doubts.append(doubt)
        examples = examples.numpy()
        size += examples.nbytes
        if size > MEMORY_LIMIT:
            raise ValueError(
                f"Expected a dataset of at most {MEMORY_LIMIT / 2**30:g} GiB, because "
                "it is read into memory. Received: more. Give `fit` the dataset itself."
            )
        yield examples, *(label.numpy() for label in labels)
    # A block may have no pixel below 0: only the whole set tells.
    if doubts and all(doubts):
        raise ValueError(f"Expected examples in [-1, 1]. Received: {doubts[0]}.")


def _public(examples: tf.Tensor):
    """Examples of the form outside, and what is strange about them, or None."""
    space = of_shape(examples.shape[1:])
    examples = tf.cast(examples, tf.float32)
    space.check_known(examples)
    return space.to_public(examples), space.doubt([examples])
