"""Compare two evaluations, if they were made in the same way."""

import dataclasses
from typing import Annotated

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """Which evaluations."""

    a: Annotated[str, tyro.conf.Positional]
    """JSON file of kgan evaluate, or what it evaluated: its newest one."""
    b: Annotated[str, tyro.conf.Positional]
    """The same of another."""


def run(options):
    from kgan.evaluation.comparison import compare
    from kgan.evaluation.result import read_result
    from kgan.evaluation.results import newest_path

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
