"""The stand-in in a process of its own, so that it shares no lock with its clients."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[3]


class StandInProcess:
    """Serves one model until the end of a `with` block.

    Args:
        name: the model's name.
        base_path: its base path.
        poll: seconds between looks for new versions.

    Attributes:
        grpc: "127.0.0.1:port".
        rest: "http://127.0.0.1:port".
        pid: of the process.
    """

    def __init__(self, name, base_path, poll=1.0):
        self._command = [
            *(sys.executable, "-m", "tests.serving.stand_in"),
            *("--port=0", "--rest_api_port=0", f"--model_name={name}"),
            f"--model_base_path={base_path}",
            f"--file_system_poll_wait_seconds={poll}",
        ]

    def __enter__(self):
        self._process = subprocess.Popen(
            self._command, cwd=_ROOT, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid
        said = self._process.stdout.readline().split()
        if len(said) < 2:
            raise RuntimeError(f"The stand-in ended with {self._process.wait()}.")
        self.grpc, self.rest = said[-2:]
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def megabytes(self):
        """Its resident memory."""
        return megabytes(self.pid)


def megabytes(pid):
    """Resident memory of a process; Linux only."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")
