"""How much of the CPUs' time others had: the host, and processes that are not ours."""

import os
from pathlib import Path
from typing import NamedTuple

# Of the time of all CPUs; a measurement in which others had more is disturbed.
MOST = 0.03
# The kernel counts in ticks, those of processes and those of CPUs apart.
GRAIN = 4


class Ticks(NamedTuple):
    """Time of all CPUs together since the machine started, in ticks of the kernel.

    Attributes:
        total: of the CPUs, idle or not.
        busy: in processes and in the kernel.
        stolen: taken from this virtual machine by its host.
        ours: of `busy`, in this process and in those that it started.
    """

    total: int
    busy: int
    stolen: int
    ours: int


def ticks(proc=Path("/proc"), process=None):
    """`Ticks` until now, or None where there is no /proc/stat.

    Args:
        proc: the folder that the kernel fills.
        process: the number of the first of our processes; this one by default.
    """
    try:
        first = (proc / "stat").read_text().splitlines()[0]
    except OSError:
        return None
    counts = [*map(int, first.split()[1:9])]
    user, nice, system, _, _, irq, softirq, stolen = counts
    busy = user + nice + system + irq + softirq
    return Ticks(sum(counts), busy, stolen, _ours(proc, process or os.getpid()))


def _ours(proc, process):
    """Ticks of a process and of those below it, also of those that have ended."""
    below, spent = {}, {}
    for path in proc.glob("[0-9]*/stat"):
        try:
            # The name of the command, in brackets, may have spaces.
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(path.parent.name)
        below.setdefault(int(fields[1]), []).append(number)
        spent[number] = sum(map(int, fields[11:15]))
    total, family = 0, [process]
    while family:
        member = family.pop()
        total += spent.get(member, 0)
        family += below.get(member, [])
    return total


def share_of_others(before, after):
    """The share of the CPUs' time that others had between two readings.

    Args:
        before, after: `Ticks`, or None where they cannot be read.

    Returns:
        A number from 0 to 1; 0 where nothing can be read.
    """
    if before is None or after is None:
        return 0.0
    spent = Ticks(*(b - a for a, b in zip(before, after, strict=True)))
    others = spent.stolen + max(0, spent.busy - spent.ours)
    return max(0, others - GRAIN) / max(1, spent.total)
