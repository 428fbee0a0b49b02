"""What TensorFlow's C++ code writes to the terminal."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

# A message begins like this; its other lines are indented.
_REFUSAL = re.compile(
    rb"^[^\n]*Local rendezvous is aborting with status: INVALID_ARGUMENT[^\n]*\n?"
    rb"(?:[ \t]+[^\n]*\n?)*",
    re.MULTILINE,
)


@contextlib.contextmanager
def without_refusals() -> Iterator[None]:
    """A context in which TensorFlow does not report the requests that it refuses.

    It writes a warning for each, although the caller gets the error, and a check of
    refusals would look like a failure. It has no setting for that, and it writes to the
    file descriptor of standard error. All else that is written there in the block is
    written when the block ends.
    """
    sys.stderr.flush()
    try:
        terminal = os.dup(2)
    except OSError:
        # Nothing is open there.
        yield
        return
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            file.seek(0)
            _write(without_refusal_lines(file.read()))


def without_refusal_lines(log: bytes) -> bytes:
    """A log without TensorFlow's messages of invalid requests.

    >>> log = b"W1] Local rendezvous is aborting with status: INVALID_ARGUMENT: steps"
    >>> log += b"\\n\\t [[node]]\\nother\\n"
    >>> kgan.serving.native_log.without_refusal_lines(log)
    b'other\\n'
    """
    return _REFUSAL.sub(b"", log)


def _write(text: bytes):
    while text:
        text = text[os.write(2, text) :]
