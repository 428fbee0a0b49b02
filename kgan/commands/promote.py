"""Point a label, such as stable, to a version of an exported model."""

import dataclasses
from typing import Annotated

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """Which label goes where."""

    name: Annotated[str, tyro.conf.Positional]
    """Name of the model."""
    version: Annotated[int, tyro.conf.Positional]
    """Number of its version."""
    label: Annotated[str, tyro.conf.Positional]
    """The label, such as stable or canary."""


def run(options):
    raise NotImplementedError
