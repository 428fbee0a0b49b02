"""Errors that a user can correct: one message and exit code 2, not a traceback."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

from kgan.system.backend import require_tensorflow

_TRACEBACK = "KGAN_TRACEBACK"


def user_errors(main: Callable[..., Any]) -> Callable[..., Any]:
    """Lets `main` end with one message and exit code 2 where the user can correct it.

    These are errors of values, files and imports, a game that diverges, and errors of
    data and disks that TensorFlow reports. With the environment variable
    KGAN_TRACEBACK=1 the traceback is shown instead.

    Args:
        main: the main function of a command line.

    Returns:
        `main` with the same arguments.
    """

    @functools.wraps(main)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            require_tensorflow()
            return main(*args, **kwargs)
        except Exception as error:
            if os.environ.get(_TRACEBACK) or not _is_users(error):
                raise
            print(f"\nerror: {_message(error)}", file=sys.stderr)
            raise SystemExit(2) from None

    return wrapper


def _is_users(error: Exception) -> bool:
    if isinstance(error, (ValueError, OSError, ImportError, FloatingPointError)):
        return True
    return type(error).__module__.startswith("tensorflow.")


def _message(error: Exception) -> str:
    """The sentence of an error, without the text that TensorFlow puts around it."""
    text = str(error)
    if "kgan: " in text:
        text = text[text.index("kgan: ") + 6 :].split("\n")[0].rstrip("']")
        # An assertion in a graph puts brackets around each of its parts.
        return text.replace(":] [", ": ")
    if "ValueError: " in text:
        # From Python code inside tf.data: the sentence, then its traceback.
        text = text[text.index("ValueError: ") + 12 :].split("\nTraceback")[0]
    return text.strip()
