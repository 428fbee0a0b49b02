"""What an extractor says of real examples, kept on disk."""

import io
import json
import logging
import re
import zipfile

import numpy as np

from kgan import cache
from kgan.files import atomic_file
from kgan.metrics.extractors import Outputs
from kgan.metrics.extractors.extractor import digest_of

_log = logging.getLogger("kgan")


def outputs_of(side, extractor):
    """`Outputs` of a `Side`, from the cache if they are there.

    Kept in references/ of `kgan.cache.directory()`, one file for each set of examples,
    their size and number, and each extractor's digest. A file that is damaged is made
    anew, and the log says so.

    Args:
        side: a `kgan.evaluation.Side`.
        extractor: a `kgan.metrics.extractors.Extractor`.
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
                "kgan: the cached features %s are damaged (%s) and are made anew",
                *(path, error),
            )
    made = extractor.extract(side.examples)
    try:
        _write(path, key, made)
    except OSError as error:
        _log.warning("kgan: the features of %s are not kept: %s", side.what, error)
    return made


def _path(key):
    size = "x".join(str(side) for side in key["shape"][1:])
    words = (key["of"], size, str(key["shape"][0]), key["extractor"])
    name = "-".join(re.sub(r"[^\w.]+", "_", word).strip("_") for word in words)
    digest = digest_of(json.dumps(key, sort_keys=True))
    return cache.directory() / "references" / f"{name[:120]}-{digest[:16]}.npz"


def _write(path, key, made):
    arrays = {"features": made.features}
    if made.logits is not None:
        arrays["logits"] = made.logits
    about = json.dumps({**key, "checksum": _checksum(arrays)}).encode()
    buffer = io.BytesIO()
    np.savez(buffer, about=np.frombuffer(about, "uint8"), **arrays)
    with atomic_file(path) as partial:
        partial.write_bytes(buffer.getvalue())


def _read(path, key):
    # From memory: of a file that is damaged NumPy leaves the handle open.
    content = io.BytesIO(path.read_bytes())
    try:
        with np.load(content, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(str(error)) from None
    about = json.loads(arrays.pop("about").tobytes())
    checksum = about.pop("checksum")
    if about != key:
        raise ValueError("it is of something else")
    if checksum != _checksum(arrays):
        raise ValueError("its checksum is another")
    return Outputs(arrays["features"], arrays.get("logits"))


def _checksum(arrays):
    return digest_of(
        *(part for name in sorted(arrays) for part in (name, arrays[name]))
    )
