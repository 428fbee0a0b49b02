"""Check an exported model as TF Serving would load it."""

import dataclasses
from typing import Annotated

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """What to check."""

    path: Annotated[str, tyro.conf.Positional]
    """Directory of one version, such as export/dcgan/1."""


def run(options):
    raise NotImplementedError
