"""Data as `tf.data`: TFDS sets, folders, archives, arrays, synthetic sets, pairs."""

from kgan.data.load import load, open_source
from kgan.data.pipeline import Position
from kgan.data.sources import ArraySource, Source

__all__ = ["ArraySource", "Position", "Source", "load", "open_source"]
