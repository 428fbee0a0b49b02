"""What the benchmarks of training share: peers measured in turn."""

import contextlib
import re
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time

from disturbance import MOST, share_of_others, ticks


class Rounds:
    """Measures runs in turn, and repeats the rounds that others disturbed.

    In a disturbed round, the host of a virtual machine or processes that are not ours
    had more than `MOST` of the CPUs' time. There are at most as many extra rounds as
    rounds were asked for; if they do not suffice, the least disturbed count.

    Args:
        count: how often each run is called.
        ticks: reads the clocks of the CPUs.

    Attributes:
        thrown_out: rounds that do not count.
        disturbed: rounds that count although they were disturbed.
    """

    def __init__(self, count, ticks=ticks):
        self.count, self.ticks = count, ticks
        self.thrown_out = self.disturbed = 0

    def rates(self, runs, examples):
        """Examples a second of each run.

        Args:
            runs: name -> function that works on `examples` examples. In a round, each
                is called once, so that all see the same machine.
            examples: how many examples a call works on.

        Returns:
            name -> rates, one per round.
        """
        rounds, quiet = [], 0
        while quiet < self.count and len(rounds) < 2 * self.count:
            before = self.ticks()
            measured = {name: examples / seconds(run) for name, run in runs.items()}
            others = share_of_others(before, self.ticks())
            rounds.append((others, measured))
            quiet += others <= MOST
        rounds.sort(key=lambda pair: pair[0])
        counted = [measured for _, measured in rounds[: self.count]]
        self.thrown_out += len(rounds) - self.count
        self.disturbed += self.count - quiet
        return {name: [measured[name] for measured in counted] for name in runs}

    def note(self):
        """What was thrown out, as a line."""
        if self.ticks() is None:
            return "Without /proc/stat, nobody knows whether rounds were disturbed."
        why = f"the host or other processes had more than {MOST:.0%} of the CPUs' time"
        note = f"Rounds thrown out, because {why}: {self.thrown_out}."
        if self.disturbed:
            note += (
                f" Disturbed rounds that count, for lack of others: {self.disturbed}."
            )
        return note


def batches_of(batch, steps):
    """A dataset of `steps` times a batch, which lies ready.

    Without autotuning: where a set is cached, the end of `fit` may wait for a thread of
    it that sleeps for 10 ms, 20 ms, and so on to 2.6 and 5.1 s.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    data = tf.data.Dataset.from_tensors(batch).cache().repeat().take(steps).prefetch(2)
    cardinality = tf.data.experimental.assert_cardinality(steps)
    return data.apply(cardinality).with_options(options)


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def row(name, measured):
    """The median of a run and its spread, as a line."""
    spread = f"{min(measured):.0f} to {max(measured):.0f}"
    return f"  {name:6}{statistics.median(measured):10.0f} images/s  {spread:18}"


class PeerError(Exception):
    """A peer that does not work; the message is the first line of its error."""


class Peer:
    """A process that waits for what it shall do, and calls `answer`.

    Attributes:
        parameters: of its networks.
        peak: the most megabytes of a GPU's memory that it had, after a run; None on a
            CPU.

    Raises:
        PeerError: if it ends before it is ready; `run` too, if it ends within a task.
    """

    def __init__(self, command):
        # Not a pipe, which is full after some warnings.
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [*map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.peak = None
        self.parameters = [*map(int, self._reply("ready"))]

    def run(self, task, times):
        # A peer that has ended gives no reply.
        with contextlib.suppress(BrokenPipeError):
            print(task, times, file=self.process.stdin, flush=True)
        peak = self._reply("done")
        self.peak = int(peak[0]) if peak else None

    def close(self):
        # Which flushes the pipe, perhaps to a process that has ended.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.errors.close()

    def _reply(self, word):
        first, *rest = self.process.stdout.readline().split() or [""]
        if first == word:
            return rest
        self.process.kill()
        code = self.process.wait()
        self.errors.seek(0)
        why = first_line(self.errors.read()) or f"ended with code {code}"
        self.close()
        raise PeerError(why)


def answer(tasks, parameters, peak=lambda: None):
    """The other end of `Peer`: says that it is ready, and does what it is asked.

    A line of the input is "TASK TIMES"; "done", and the peak of memory if there is one,
    is the answer. Each task runs twice before.

    Args:
        tasks: name -> function.
        parameters: numbers of parameters of the networks.
        peak: the most megabytes of a GPU's memory until now, or None.
    """
    for task in tasks.values():
        task()
        task()
    print("ready", *parameters, flush=True)
    for line in sys.stdin:
        task, times = line.split()
        for _ in range(int(times)):
            tasks[task]()
        megabytes = peak()
        print("done", *([] if megabytes is None else [megabytes]), flush=True)


def first_line(errors):
    """The first line of the exception that ended a process, of all that it wrote."""
    _, found, trace = errors.rpartition("Traceback (most recent call last):")
    lines = [line for line in trace.splitlines() if line.strip()]
    if not found:
        return lines[-1].strip() if lines else ""
    outside = [line for line in lines if not line.startswith(" ")]
    # Without the module of the exception's class.
    return re.sub(r"^[\w.]+\.(?=\w+:)", "", outside[0]) if outside else ""


def first_words(error):
    """The first words of an exception, for a cell of a table."""
    text = str(error)
    if not isinstance(error, PeerError):
        text = f"{type(error).__name__}: {text}"
    return textwrap.shorten(text.replace("|", "/"), 60, placeholder=" ...")


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
        try:
            peer = Peer([*command, mode, *numbers])
        except PeerError as error:
            print(f"{mode}: {error}", file=sys.stderr)
            continue
        stack.callback(peer.close)
        check_parameters(mode, peer.parameters, parameters)
        peers[mode] = peer
    return peers


def check_parameters(name, parameters, expected):
    if parameters != expected:
        raise SystemExit(
            f"Expected networks of {expected} parameters. Received: {name} with "
            f"{parameters}."
        )


def header(names, modes):
    """The head of a table of `peers_row`."""
    return head([*names, "kgan", *modes, "kgan / eager", "kgan / best"])


def head(cells):
    """The first two lines of a table."""
    return f"| {' | '.join(cells)} |\n{'|---' * len(cells)}|"


def peers_row(names, measured, modes):
    """Medians of kgan and its peers, and their ratios, as a row of a table.

    Args:
        names: the first cells.
        measured: "kgan" and modes -> rates, as of `Rounds.rates`.
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
