"""What the benchmarks of training share: peers measured in turn."""

import statistics
import subprocess
import sys
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


class Peer:
    """PyTorch in a process of its own, which waits for what it shall do.

    Attributes:
        parameters: of its networks, or None where it does not work.
    """

    def __init__(self, command):
        self.process = subprocess.Popen(
            [*map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        self.parameters = [*map(int, line.split())] if line else None
        if not line:
            why = self.process.stderr.read().strip().splitlines()[-1:]
            print(f"{command}: {''.join(why)}", file=sys.stderr)

    def run(self, task, times):
        print(task, times, file=self.process.stdin, flush=True)
        if self.process.stdout.readline() != "done\n":
            raise SystemExit(self.process.stderr.read())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def start_peers(stack, command, modes, numbers, parameters):
    """Peers of the modes that work here.

    Args:
        stack: an `ExitStack`, which ends them.
        command: of a peer; the mode and the numbers come after it.
        modes: their names.
        numbers: what the peer is told.
        parameters: of the networks of kgan, which a peer's are equal to.

    Returns:
        mode -> `Peer`.
    """
    peers = {}
    for mode in modes:
        peer = Peer([*command, mode, *numbers])
        stack.callback(peer.close)
        if peer.parameters is None:
            continue
        if peer.parameters != parameters:
            raise SystemExit(
                f"Expected networks of {parameters} parameters. Received: "
                f"{mode} with {peer.parameters}."
            )
        peers[mode] = peer
    return peers


def header(names, modes):
    """The head of a table of `peers_row`."""
    cells = [*names, "kgan", *modes, "kgan / eager", "kgan / best"]
    return f"| {' | '.join(cells)} |\n{'|---' * len(cells)}|"


def peers_row(names, measured, modes):
    """Medians of kgan and its peers, and their ratios, as a row of a table.

    Args:
        names: the first cells.
        measured: "kgan" and modes -> rates, as of `rates`.
        modes: all peers, also those that did not work.
    """
    medians = {run: statistics.median(values) for run, values in measured.items()}
    cells = [f"{medians[m]:.1f}" if m in medians else "" for m in ("kgan", *modes)]
    peers = {m: medians[m] for m in modes if m in medians}
    ratios = ["", ""]
    if "eager" in peers:
        ratios[0] = f"{medians['kgan'] / peers['eager']:.2f}"
    if peers:
        best = max(peers, key=peers.get)
        ratios[1] = f"{medians['kgan'] / peers[best]:.2f} ({best})"
    return f"| {' | '.join([*names, *cells, *ratios])} |"
