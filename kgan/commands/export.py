"""Write the generator of a training run for TF Serving."""

import dataclasses
from typing import Annotated

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """What to export, and where to."""

    run: Annotated[str, tyro.conf.Positional]
    """Directory of the run, such as logs/dcgan/001."""


def run(options):
    raise NotImplementedError
