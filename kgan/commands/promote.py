"""Point a label, such as stable, to a version of an exported model."""

from __future__ import annotations

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
    export: str = "export"
    """Directory of the exported models, with models.config."""


def run(options: Options) -> None:
    from kgan.serving import server_config

    name, version, label = options.name, options.version, options.label
    before = server_config.promote(options.export, name, version, label)
    now = f"{label} of {name} is version {version}"
    print(now if before in (None, version) else f"{now}, was {before}")
    waiting = ", ".join(server_config.without_versions(options.export))
    if waiting:
        print(
            f"The server answers nothing before it has a version of {waiting}. Export\n"
            f"one, or remove it from {options.export}/{server_config.FILE}."
        )
