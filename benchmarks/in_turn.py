"""What the benchmarks of training share: peers measured in turn."""

import statistics
import time


def rates(runs, examples, rounds):
    """Examples a second of each run.

    Args:
        runs: name -> function that works on `examples` examples.
        examples: how many examples a call works on.
        rounds: how often each is called, in turn, so that all see the same machine.

    Returns:
        name -> rates, one per round.
    """
    measured = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            measured[name].append(examples / (time.perf_counter() - start))
    return measured


def row(name, measured):
    """The median of a run and its spread, as a line."""
    spread = f"{min(measured):.0f} to {max(measured):.0f}"
    return f"  {name:6}{statistics.median(measured):10.0f} images/s  {spread:18}"
