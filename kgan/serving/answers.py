"""What an export answered: compared with the model, and kept for later."""

import hashlib

import numpy as np

# Values kept of each answer, to tell rounding from another model.
_KEPT = 16
# Between processors, and between CPU and GPU.
_FLOAT_TOLERANCE = 1e-3
_UINT8_TOLERANCE = 1


def difference(given, expected, exact):
    """How an answer's array differs from the expected one; "" if it does not.

    Args:
        given, expected: arrays; strings are in arrays of objects.
        exact: whether every bit counts, or rounding is allowed.
    """
    if given.shape != expected.shape or given.dtype != expected.dtype:
        return (
            f"is {given.dtype} {given.shape}, and {expected.dtype} {expected.shape} "
            "in Python"
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


def kept(signature, answer):
    """What is kept of an answer: shapes, hashes, and the first values."""
    outputs = {}
    for name, value in sorted(answer.items()):
        outputs[name] = {"shape": list(value.shape), "sha256": _digest(value)}
        if value.dtype != object:
            outputs[name]["first"] = value.ravel()[:_KEPT].tolist()
    return {"signature": signature, "outputs": outputs}


def compare_with_kept(requests, answers, recorded):
    """Compares with the answers at the time of the export.

    Args:
        requests: the `Request`s.
        answers: the dicts of arrays that came now.
        recorded: what `kept` gave of those that came then.

    Returns:
        A sentence.

    Raises:
        ValueError: if they differ by more than rounding.
    """
    same = 0
    if [r.signature for r in requests] != [k["signature"] for k in recorded]:
        raise ValueError(
            "Expected the warm-up requests of the export. Received: others. Something "
            "in the folder was changed since. Export again."
        )
    for request, answer, known in zip(requests, answers, recorded, strict=True):
        same += _same_hashes(kept(request.signature, answer), known)
        for name, was in known["outputs"].items():
            if not _close(answer.get(name), was):
                raise ValueError(
                    f"{named(request)}: {name} is not what it was when the model was "
                    "exported: something in the folder was changed since. Export again."
                )
    if same == len(recorded):
        return "all answers are those of the export, to the bit"
    return (
        f"{same} of {len(recorded)} answers are those of the export to the bit, the "
        "others to rounding: it was made on another processor or by another TensorFlow"
    )


def _same_hashes(now, then):
    hashes = [
        {name: output["sha256"] for name, output in answer["outputs"].items()}
        for answer in (now, then)
    ]
    return hashes[0] == hashes[1]


def _close(value, was):
    if value is None or list(value.shape) != was["shape"]:
        return False
    # Compressed images tell rounding from nothing.
    if value.dtype == object or _digest(value) == was["sha256"]:
        return True
    apart = np.abs(value.ravel()[:_KEPT] - np.array(was["first"]))
    return bool(np.all(apart <= _tolerance(value.dtype)))


def _tolerance(dtype):
    return _UINT8_TOLERANCE if dtype == np.uint8 else _FLOAT_TOLERANCE


def _digest(value):
    digest = hashlib.sha256(f"{value.dtype} {value.shape}".encode())
    if value.dtype == object:
        for text in value.ravel():
            digest.update(f"{len(text)} ".encode() + text)
    else:
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()


def named(request):
    """A request in a few words."""
    inputs = ", ".join(
        f"{name}={value}" if np.ndim(value) == 0 else f"{name} {np.shape(value)}"
        for name, value in request.inputs.items()
    )
    return f"{request.signature}({inputs})"
