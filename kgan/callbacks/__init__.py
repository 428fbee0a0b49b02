"""What watches a training run and keeps it."""

from kgan.callbacks.checkpoint import Checkpoint, Interrupted
from kgan.callbacks.evaluate import Evaluate
from kgan.callbacks.health import Diverged, Health
from kgan.callbacks.hparams import HParams
from kgan.callbacks.interpolation import Interpolation
from kgan.callbacks.sample_grid import SampleGrid
from kgan.callbacks.sample_points import SamplePoints
from kgan.callbacks.throughput import Throughput

__all__ = [
    "Checkpoint",
    "Diverged",
    "Evaluate",
    "HParams",
    "Health",
    "Interpolation",
    "Interrupted",
    "SampleGrid",
    "SamplePoints",
    "Throughput",
]
