"""Sources that hold their examples in memory."""

import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.data.memory import HeldSource, held
from kgan.data.sources import Source
from kgan.spaces import Images


class Counted(Source):
    """Images of their index; `read` counts how often one is decoded."""

    def __init__(self, size=10, **kwargs):
        super().__init__("counted", size, Images((2, 2, 1)), **kwargs)
        self.read = 0

    def fetch(self, element, key=None):
        def decoded(i):
            self.read += 1
            return np.full((2, 2, 1), i, "uint8")

        image = tf.numpy_function(decoded, [element], tf.uint8, stateful=True)
        image = tf.ensure_shape(image, (2, 2, 1))
        if self.num_classes is None:
            return (image,)
        return image, tf.cast(element, tf.int32)


def test_examples_are_decoded_once_and_not_before_they_are_read():
    source = Counted()
    memory = held(source)
    assert memory.image_shape == (2, 2, 1)
    assert source.read == 0
    batches = memory.batches(5, shuffle=False)
    assert source.read == 10
    seen = [kgan.spaces.to_uint8(b.numpy())[:, 0, 0, 0].tolist() for b in batches]
    assert seen == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    assert memory.examples[:, 0, 0, 0].tolist() == list(range(10))
    list(memory.batches(2))
    assert source.read == 10


def test_labels():
    memory = HeldSource(Counted(num_classes=10))
    assert memory.labels.tolist() == list(range(10))
    assert memory.class_counts().tolist() == [1] * 10
    none = HeldSource(Counted())
    assert none.labels is None and none.class_counts() is None
    with pytest.raises(ValueError, match=r"labels from 0 to 7\. Received: 0 to 9"):
        HeldSource(Counted(num_classes=8)).batches(2)


def test_what_stays_in_files():
    assert isinstance(held(Counted(), in_memory=False), Counted)
    array = kgan.data.ArraySource(np.zeros((3, 2, 2, 1), "uint8"))
    assert held(array) is array
