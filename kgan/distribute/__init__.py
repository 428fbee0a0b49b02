"""Strategies of several devices and machines."""

from kgan.distribute.replicas import gathered, mean_over_replicas
from kgan.distribute.strategies import (
    batches,
    check_batch_size,
    is_chief,
    loss_of_machines_named,
    several_machines,
    strategy,
)

__all__ = [
    "batches",
    "check_batch_size",
    "gathered",
    "is_chief",
    "loss_of_machines_named",
    "mean_over_replicas",
    "several_machines",
    "strategy",
]
