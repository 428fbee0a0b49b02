"""Before several machines train together: do all workers answer, and do they agree?

When a worker is missing, TensorFlow waits for this worker without a message. When the
settings of the workers differ, TensorFlow trains with wrong results. So each worker
first offers its settings on its own address of TF_CONFIG, fetches the settings of the
other workers, and waits until every other worker has fetched its settings. Then
TensorFlow uses the address.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import socket
import threading
import time
from typing import Any

_EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The workers of TF_CONFIG.

        >>> addresses = ("host0:2222", "host1:2222")
        >>> cluster = kgan.distribute.rendezvous.Cluster(addresses, index=0)
        >>> cluster.name(1)
        'worker 1 (host1:2222)'

    Attributes:
        addresses: host:port of each worker, in TensorFlow's order, the chief first.
        index: the position of this process in `addresses`.
    """

    addresses: tuple[str, ...]
    index: int

    @classmethod
    def from_environment(cls) -> Cluster:
        """Reads TF_CONFIG.

        Raises:
            ValueError: if TF_CONFIG is missing or malformed; the message shows an
                example.
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

    def name(self, index: int) -> str:
        """The name of a worker in messages."""
        return f"worker {index} ({self.addresses[index]})"

    def meet(self, settings: dict[str, Any], seconds: float = 60.0) -> None:
        """Waits for all workers, and compares their settings with those of this worker.

        Args:
            settings: name -> JSON value.
            seconds: how long to wait.

        Raises:
            ValueError: if a worker does not answer in time, or has other settings; the
                message names the worker and the settings that differ.
        """
        deadline = time.monotonic() + seconds
        others = set(range(len(self.addresses))) - {self.index}
        with _Offer(self.addresses[self.index], self.index, settings) as offer:
            answers = {}
            while time.monotonic() < deadline and (others - answers.keys()):
                for other in others - answers.keys():
                    with contextlib.suppress(OSError, ValueError):
                        answers[other] = _fetch(self.addresses[other], self.index)
                time.sleep(0.1)
            missing = sorted(others - answers.keys())
            if missing:
                raise ValueError(
                    f"Expected all workers of TF_CONFIG within {seconds:.0f} s. "
                    f"Received: no answer from {', '.join(map(self.name, missing))}. "
                    "Start all workers with the same command, each with its own "
                    "TF_CONFIG task index, and check host names and ports."
                )
            self._compare(settings, answers)
            offer.wait_for(others, deadline)

    def silent(self) -> list[str]:
        """The names of the workers on whose address no process listens."""
        silent = []
        for index, address in enumerate(self.addresses):
            try:
                socket.create_connection(_host_and_port(address), timeout=2.0).close()
            except OSError:
                silent.append(self.name(index))
        return silent

    def _compare(self, settings: dict[str, Any], answers: dict[int, dict[str, Any]]):
        for other, values in sorted(answers.items()):
            differences = [
                f"{key} is {settings.get(key)!r} here, {values.get(key)!r} there"
                for key in sorted(settings.keys() | values.keys())
                if settings.get(key) != values.get(key)
            ]
            if differences:
                raise ValueError(
                    "Expected the same settings on all workers. "
                    f"Received: {self.name(other)} with other settings: "
                    f"{'; '.join(differences)}. Start all workers with the same "
                    "command and the same version of the code."
                )


class _Offer:
    """Sends the settings to each worker that connects, and records its index."""

    def __init__(self, address: str, index: int, settings: dict[str, Any]) -> None:
        self._payload = json.dumps(settings).encode()
        self._served = {index}
        self._lock = threading.Lock()
        _, port = _host_and_port(address)
        self._server = socket.create_server(("", port))
        self._server.settimeout(0.2)
        self._open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> _Offer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._open = False
        self._thread.join()
        self._server.close()

    def wait_for(self, others: set[int], deadline: float):
        while time.monotonic() < deadline and not others <= self._served:
            time.sleep(0.05)

    def _serve(self):
        while self._open:
            with contextlib.suppress(OSError, ValueError):
                connection, _ = self._server.accept()
                with connection:
                    connection.settimeout(2.0)
                    client = int(connection.recv(16))
                    connection.sendall(self._payload)
                    self._served.add(client)


def _fetch(address: str, index: int):
    with socket.create_connection(_host_and_port(address), timeout=2.0) as connection:
        connection.sendall(str(index).encode())
        connection.shutdown(socket.SHUT_WR)
        parts = iter(lambda: connection.recv(65536), b"")
        return json.loads(b"".join(parts))


def _host_and_port(address: str):
    host, _, port = str(address).rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{address!r} is not host:port")
    return host.strip("[]"), int(port)
