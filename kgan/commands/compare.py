"""Compare two evaluations, if they were made in the same way."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """Which evaluations."""

    a: Annotated[str, tyro.conf.Positional]
    """JSON file of kgan evaluate, or what it evaluated, for its newest file."""
    b: Annotated[str, tyro.conf.Positional]
    """The same for the other one."""


def run(options: Options) -> None:
    from kgan.results.comparison import compare
    from kgan.results.folder import newest_path
    from kgan.results.result import read_result

    results = {}
    for name in ("a", "b"):
        path = newest_path(getattr(options, name))
        results[name] = read_result(path)
        print(f"{name.upper()}: {path}, of {results[name].samples['source']}")
    table = compare(results["a"], results["b"])
    print(f"\n{table}\n")
    for name, text in results["a"].conditions().items():
        if name in ("data", "extractor", "kgan"):
            print(f"{name}: {text}")
