"""A cache on disk for the outputs of extractors on real examples."""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from kgan.evaluation.reals import Side
from kgan.metrics.extractors import Extractor, Outputs
from kgan.metrics.extractors.extractor import digest_of
from kgan.system import cache
from kgan.system.files import atomic_file

_log = logging.getLogger("kgan")


def outputs_of(side: Side, extractor: Extractor) -> Outputs:
    """Returns the `Outputs` of a `Side`, from the cache if possible.

    The cache is the directory references/ in `kgan.system.cache.directory()`. It has
    one file per set of examples, with their shape and number, and digest of the
    extractor. A damaged file is computed again, with a warning in the log.

    Args:
        side: the examples.
        extractor: gives features and logits.

    Returns:
        NumPy arrays: features [n, d]; logits [n, classes] or None.

    Raises:
        ValueError: as `Extractor.extract`.
    """
    key = {
        "of": side.what,
        "shape": list(side.examples.shape),
        "examples": digest_of(side.examples),
        "extractor": extractor.name,
        "extractor_digest": extractor.digest,
    }
    path = _path(key)
    if path.exists():
        try:
            return _read(path, key)
        except (OSError, ValueError, KeyError) as error:
            _log.warning(
                "kgan: the cached features %s are damaged (%s) and are computed again",
                *(path, error),
            )
    outputs = extractor.extract(side.examples)
    try:
        _write(path, key, outputs)
    except OSError as error:
        _log.warning("kgan: the features of %s are not cached: %s", side.what, error)
    return outputs


def _path(key: dict[str, Any]):
    size = "x".join(str(side) for side in key["shape"][1:])
    words = (key["of"], size, str(key["shape"][0]), key["extractor"])
    name = "-".join(re.sub(r"[^\w.]+", "_", word).strip("_") for word in words)
    digest = digest_of(json.dumps(key, sort_keys=True))
    return cache.directory() / "references" / f"{name[:120]}-{digest[:16]}.npz"


def _write(path: Path, key: dict[str, Any], outputs: Outputs):
    arrays = {"features": outputs.features}
    if outputs.logits is not None:
        arrays["logits"] = outputs.logits
    about = json.dumps({**key, "checksum": _checksum(arrays)}).encode()
    buffer = io.BytesIO()
    np.savez(buffer, about=np.frombuffer(about, "uint8"), **arrays)
    with atomic_file(path) as partial:
        partial.write_bytes(buffer.getvalue())


def _read(path: Path, key: dict[str, Any]):
    # NumPy leaves a damaged file open; it cannot do this with bytes in memory.
    content = io.BytesIO(path.read_bytes())
    try:
        with np.load(content, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(str(error)) from None
    about = json.loads(arrays.pop("about").tobytes())
    checksum = about.pop("checksum")
    if about != key:
        raise ValueError("its key differs")
    if checksum != _checksum(arrays):
        raise ValueError("its checksum differs")
    return Outputs(arrays["features"], arrays.get("logits"))


def _checksum(arrays: dict[str, np.ndarray]):
    return digest_of(
        *(part for name in sorted(arrays) for part in (name, arrays[name]))
    )
