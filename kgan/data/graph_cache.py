"""A cache on disk for the graphs of files of SMILES, which take minutes to read."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kgan.spaces import Molecules
from kgan.system import cache, chemistry
from kgan.system.files import atomic_file

_log = logging.getLogger("kgan")
# A part of the key; another number where graphs are made in another way.
_FORMAT = 1


class Graphs(NamedTuple):
    """What a file of SMILES holds.

    Attributes:
        edges: types, uint8 [n, nodes, nodes].
        nodes: types, uint8 [n, nodes].
        left_out: why molecules have no graph -> (how many, the first line of them).
    """

    edges: np.ndarray
    nodes: np.ndarray
    left_out: dict[str, tuple[int, int]]


def cached(
    path: Path, content: bytes, space: Molecules, skip: bool, make: Callable[[], Graphs]
) -> Graphs:
    """The graphs of a file, from the cache if possible.

    The cache is the directory molecules/ in `kgan.system.cache.directory()`. A damaged
    file is made again, with a warning in the log.

    Args:
        path: of the file.
        content: of the file.
        space: of the graphs.
        skip: whether lines that are not SMILES are left out.
        make: makes the graphs.
    """
    key = [_FORMAT, chemistry.version(), space.get_config(), skip]
    digest = hashlib.sha256(json.dumps(key).encode() + content).hexdigest()
    kept = cache.directory() / "molecules" / f"{path.name}-{digest[:16]}.npz"
    if kept.exists():
        try:
            return _read(kept)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            _log.warning("kgan: %s is damaged (%s), and is made again", kept, error)
    graphs = make()
    try:
        _write(kept, graphs)
    except OSError as error:
        _log.warning("kgan: the graphs of %s are not cached: %s", path, error)
    return graphs


def _write(path: Path, graphs: Graphs):
    arrays: dict[str, Any] = graphs._asdict()
    text = json.dumps(graphs.left_out).encode()
    arrays["left_out"] = np.frombuffer(text, "uint8")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    with atomic_file(path) as partial:
        partial.write_bytes(buffer.getvalue())


def _read(path: Path):
    # NumPy leaves a damaged file open; it cannot do this with bytes in memory.
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
        left_out = json.loads(stored["left_out"].tobytes())
        causes = {cause: tuple(numbers) for cause, numbers in left_out.items()}
        return Graphs(stored["edges"], stored["nodes"], causes)
