"""Layers that Keras lacks, one per file."""

from kgan.layers.batch_normalization import BatchNormalization
from kgan.layers.dropout import Dropout
from kgan.layers.maxout import Maxout
from kgan.layers.vanishing_residual import VanishingResidual

__all__ = ["BatchNormalization", "Dropout", "Maxout", "VanishingResidual"]
