"""Layers that Keras lacks, one a file."""

from kgan.layers.batch_normalization import BatchNormalization
from kgan.layers.maxout import Maxout

__all__ = ["BatchNormalization", "Maxout"]
