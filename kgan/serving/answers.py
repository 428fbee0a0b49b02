"""Compares the answers of an export with the model, and records them for later."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from kgan.serving.prediction_log import Request

# The number of recorded values per output, which tell rounding from another model.
_KEPT = 16
# Answers differ so much between processors, and between CPU and GPU.
_FLOAT_TOLERANCE = 1e-3
_UINT8_TOLERANCE = 1


def difference(given: np.ndarray, expected: np.ndarray, exact: bool) -> str:
    """How an array of an answer differs from the expected array, in words.

    Args:
        given, expected: arrays; strings are in arrays of objects.
        exact: whether every bit must be equal, or rounding is allowed.

    Returns:
        The end of a sentence; "" if the arrays do not differ.
    """
    if given.shape != expected.shape or given.dtype != expected.dtype:
        return (
            f"is {given.dtype} {given.shape}, but in Python it is {expected.dtype} "
            f"{expected.shape}"
        )
    if np.array_equal(given, expected):
        return ""
    if given.dtype == object:
        return "differs" if exact else ""
    apart = np.abs(given.astype("float64") - expected.astype("float64"))
    if not exact and apart.max() <= _tolerance(given.dtype):
        return ""
    differing = np.count_nonzero(given != expected)
    return f"differs in {differing} of {given.size} values, by up to {apart.max():.3g}"


def kept(signature: str, answer: dict[str, np.ndarray]) -> dict[str, Any]:
    """The record of an answer: shapes, hashes, and the first 16 values per output."""
    outputs = {}
    for name, value in sorted(answer.items()):
        outputs[name] = {"shape": list(value.shape), "sha256": _digest(value)}
        if value.dtype != object:
            outputs[name]["first"] = value.ravel()[:_KEPT].tolist()
    return {"signature": signature, "outputs": outputs}


def compare_with_kept(
    requests: Sequence[Request],
    answers: Sequence[dict[str, np.ndarray]],
    recorded: Sequence[dict[str, Any]],
) -> str:
    """Compares answers with the recorded answers of the time of the export.

    Args:
        requests: the requests.
        answers: for each request, the answer of now: name -> array.
        recorded: for each request, the result of `kept` at the export.

    Returns:
        A sentence that says how equal the answers are.

    Raises:
        ValueError: if the requests differ, or if answers differ by more than rounding.
    """
    same = 0
    if [r.signature for r in requests] != [k["signature"] for k in recorded]:
        raise ValueError(
            "Expected the warm-up requests of the export. Received: other requests. A "
            "file in the directory changed after the export. Export again."
        )
    for request, answer, known in zip(requests, answers, recorded, strict=True):
        same += _same_hashes(kept(request.signature, answer), known)
        for name, was in known["outputs"].items():
            if not _close(answer.get(name), was):
                raise ValueError(
                    f"{named(request)}: {name} is not what it was when the model was "
                    "exported. A file in the directory changed since. Export again."
                )
    if same == len(recorded):
        return "all answers equal those of the export, to the bit"
    return (
        f"{same} of {len(recorded)} answers equal those of the export to the bit, the "
        "others to rounding: the export was made on another processor or by another "
        "TensorFlow"
    )


def _same_hashes(now: dict[str, Any], then: dict[str, Any]):
    hashes = [
        {name: output["sha256"] for name, output in answer["outputs"].items()}
        for answer in (now, then)
    ]
    return hashes[0] == hashes[1]


def _close(value: np.ndarray | None, was: dict[str, Any]):
    if value is None or list(value.shape) != was["shape"]:
        return False
    # Rounding changes all bytes of a compressed image: they cannot be compared.
    if value.dtype == object or _digest(value) == was["sha256"]:
        return True
    apart = np.abs(value.ravel()[:_KEPT] - np.array(was["first"]))
    return bool(np.all(apart <= _tolerance(value.dtype)))


def _tolerance(dtype: np.dtype):
    return _UINT8_TOLERANCE if dtype == np.uint8 else _FLOAT_TOLERANCE


def _digest(value: np.ndarray):
    digest = hashlib.sha256(f"{value.dtype} {value.shape}".encode())
    if value.dtype == object:
        for text in value.ravel():
            digest.update(f"{len(text)} ".encode() + text)
    else:
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()


def named(request: Request) -> str:
    """A short text that identifies a request, for messages."""
    inputs = ", ".join(
        f"{name}={value}" if np.ndim(value) == 0 else f"{name} {np.shape(value)}"
        for name, value in request.inputs.items()
    )
    return f"{request.signature}({inputs})"
