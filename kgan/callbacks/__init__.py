"""Callbacks that watch and save a training run."""

from kgan.callbacks.checkpoint import Checkpoint, Interrupted
from kgan.callbacks.evaluate import Evaluate
from kgan.callbacks.health import Diverged, Health
from kgan.callbacks.hparams import HParams
from kgan.callbacks.interpolation import Interpolation
from kgan.callbacks.pictures import Pictures
from kgan.callbacks.projector import Projector
from kgan.callbacks.run import Run
from kgan.callbacks.tensorboard import TensorBoard
from kgan.callbacks.throughput import Throughput

__all__ = [
    "Checkpoint",
    "Diverged",
    "Evaluate",
    "HParams",
    "Health",
    "Interpolation",
    "Interrupted",
    "Pictures",
    "Projector",
    "Run",
    "TensorBoard",
    "Throughput",
]
