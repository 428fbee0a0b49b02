"""Check an exported model as TF Serving would load it."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """What to check."""

    path: Annotated[str, tyro.conf.Positional]
    """Directory of one version, such as export/dcgan/1."""
    run: str | None = None
    """Run or .keras file to compare with. Default: the answers at its export."""


def run(options: Options) -> None:
    from kgan.runs.loading import load_model
    from kgan.serving import verify

    model = None if options.run is None else load_model(options.run)
    for line in verify(options.path, model).lines:
        print(line)
    print(f"{options.path} keeps its contract")
