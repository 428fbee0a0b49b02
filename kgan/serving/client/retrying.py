"""Asks a server again while it is unavailable."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from kgan.serving.client.errors import ServerError

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


def ask(question: Callable[[float], Any], retries: int, timeout: float) -> Any:
    """Asks until the server is available, or until no retries or no time is left.

    The pauses are 0.1 s, 0.2 s, 0.4 s, ... up to 5 s, each times a random factor from
    0.5 to 1, so that many clients do not ask at the same moment.

    Args:
        question: the number of seconds left -> answer.
        retries: how often the server is asked again.
        timeout: seconds for all attempts and pauses.

    Raises:
        ServerError: the last error, with advice; an error with another code than
            "UNAVAILABLE" is raised at once.
    """
    deadline = time.monotonic() + timeout
    retried = 0
    while True:
        try:
            return question(deadline - time.monotonic())
        except ServerError as error:
            pause = min(_FIRST_PAUSE * 2**retried, _LONGEST_PAUSE)
            pause *= random.uniform(0.5, 1.0)
            enough = retried == retries or time.monotonic() + pause >= deadline
            if error.code != "UNAVAILABLE" or enough:
                raise _advised(error, retried) from error.__cause__
        retried += 1
        time.sleep(pause)


def _advised(error: ServerError, retried: int):
    advice = {
        "UNAVAILABLE": f"Asked {retried + 1} times. Is the server running there, and "
        "is this its gRPC port (host:port) or its REST port (http://host:port)?",
        "NOT_FOUND": "Choose a model, version or label that the server has: "
        "Client(..., model=, version=, label=).",
        "DEADLINE_EXCEEDED": "Ask for fewer images, or give Client a longer timeout.",
    }.get(error.code, "")
    return ServerError(error.code, error.details, error.address, advice)
