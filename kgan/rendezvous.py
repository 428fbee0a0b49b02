"""Before several machines train together: is everybody there, and do all agree?

TensorFlow's own start waits without a word for a worker that does not come, and trains
nonsense if the workers' settings differ. So each worker first offers its settings on
its own address of TF_CONFIG, fetches those of the others, and leaves when all have
fetched its own. Then TensorFlow takes the address over.
"""

import contextlib
import dataclasses
import json
import os
import socket
import threading
import time

_EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The workers of TF_CONFIG.

    Attributes:
        addresses: host:port of each, in TensorFlow's order, the chief first.
        index: which of them this process is.
    """

    addresses: tuple[str, ...]
    index: int

    @classmethod
    def from_environment(cls):
        """Reads TF_CONFIG.

        Raises:
            ValueError: if it is missing or malformed; the message shows a right one.
        """
        text = os.environ.get("TF_CONFIG")
        try:
            config = json.loads(text or "")
            cluster, task = config["cluster"], config["task"]
            chiefs = list(cluster.get("chief", []))
            addresses = (*chiefs, *cluster.get("worker", []))
            index = int(task["index"])
            if task["type"] == "worker":
                index += len(chiefs)
            elif task["type"] != "chief":
                raise ValueError(f"its task type is {task['type']!r}")
            if not 0 <= index < len(addresses):
                raise ValueError(f"it has no task {task['type']} {task['index']}")
            for address in addresses:
                _host_and_port(address)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(
                f"Expected TF_CONFIG to be like {_EXAMPLE}. "
                f"Received: TF_CONFIG={text!r} ({type(error).__name__}: {error})."
            ) from None
        return cls(addresses, index)

    def name(self, index):
        """What a worker is called in messages."""
        return f"worker {index} ({self.addresses[index]})"

    def meet(self, settings, seconds=60.0):
        """Waits for all workers and compares their settings with this one's.

        Args:
            settings: name -> JSON value.
            seconds: how long to wait.

        Raises:
            ValueError: if a worker does not come in time, or has other settings; the
                message names it, and what differs.
        """
        end = time.monotonic() + seconds
        others = set(range(len(self.addresses))) - {self.index}
        with _Offer(self.addresses[self.index], self.index, settings) as offer:
            theirs = {}
            while time.monotonic() < end and (others - theirs.keys()):
                for other in others - theirs.keys():
                    with contextlib.suppress(OSError, ValueError):
                        theirs[other] = _fetch(self.addresses[other], self.index)
                time.sleep(0.1)
            missing = sorted(others - theirs.keys())
            if missing:
                raise ValueError(
                    f"{', '.join(map(self.name, missing))} did not answer within "
                    f"{seconds:.0f} s. Start all workers with the same command, each "
                    "with its own TF_CONFIG task index, and check names and ports."
                )
            self._compare(settings, theirs)
            offer.wait_for(others, end)

    def silent(self):
        """The names of the workers on whose address nothing listens."""
        silent = []
        for index, address in enumerate(self.addresses):
            try:
                socket.create_connection(_host_and_port(address), timeout=2.0).close()
            except OSError:
                silent.append(self.name(index))
        return silent

    def _compare(self, settings, theirs):
        for other, values in sorted(theirs.items()):
            differing = [
                f"{key} is {settings.get(key)!r} here, {values.get(key)!r} there"
                for key in sorted(settings.keys() | values.keys())
                if settings.get(key) != values.get(key)
            ]
            if differing:
                raise ValueError(
                    f"{self.name(other)} runs with other settings: "
                    f"{'; '.join(differing)}. Start all workers with the same command "
                    "and the same version of the code."
                )


class _Offer:
    """Gives the settings to whoever connects, and remembers who did."""

    def __init__(self, address, index, settings):
        self._payload = json.dumps(settings).encode()
        self._served = {index}
        self._lock = threading.Lock()
        _, port = _host_and_port(address)
        self._server = socket.create_server(("", port))
        self._server.settimeout(0.2)
        self._open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._open = False
        self._thread.join()
        self._server.close()

    def wait_for(self, others, end):
        while time.monotonic() < end and not others <= self._served:
            time.sleep(0.05)

    def _serve(self):
        while self._open:
            with contextlib.suppress(OSError, ValueError):
                connection, _ = self._server.accept()
                with connection:
                    connection.settimeout(2.0)
                    asked_by = int(connection.recv(16))
                    connection.sendall(self._payload)
                    self._served.add(asked_by)


def _fetch(address, index):
    with socket.create_connection(_host_and_port(address), timeout=2.0) as connection:
        connection.sendall(str(index).encode())
        connection.shutdown(socket.SHUT_WR)
        parts = iter(lambda: connection.recv(65536), b"")
        return json.loads(b"".join(parts))


def _host_and_port(address):
    host, _, port = str(address).rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{address!r} is no host:port")
    return host.strip("[]"), int(port)
