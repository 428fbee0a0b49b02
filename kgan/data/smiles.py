"""Files of SMILES, one molecule per line."""

from __future__ import annotations

import collections
import functools
import gzip
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from kgan.data.graph_cache import Graphs, cached
from kgan.data.reading import Reading
from kgan.data.sources import Source, on_cpu
from kgan.spaces import Molecules
from kgan.system import chemistry

_log = logging.getLogger("kgan")

# All molecules of up to 6 atoms that few rules allow: scripts/make_small_molecules.py.
EMBEDDED = "molecules"
_EMBEDDED_FILE = Path(__file__).parent / "molecules" / "molecules.smi.gz"
_SUFFIXES = (".smi", ".smiles", ".smi.gz", ".smiles.gz")


class MoleculeSource(Source):
    """Graphs of molecules, in memory.

        >>> _ = Path("drinks.smi").write_text("O water\\nCCO ethanol\\n")
        >>> source = kgan.data.open_source("drinks.smi", nodes=3)
        >>> sorted(source.space.smiles(source.parts(2)[0]))
        ['CCO', 'O']

    Args:
        graphs: the types of their edges and nodes.
        space: of the molecules.
        name: the name of the set.
    """

    batched = True
    own = "--data drugs.smi.gz --nodes 9 --atoms C N O F (one SMILES per line)"

    def __init__(self, graphs: Graphs, space: Molecules, name: str) -> None:
        self.left_out = {cause: n for cause, (n, _) in graphs.left_out.items()}
        skipped = sum(self.left_out.values())
        super().__init__(name, len(graphs.nodes), space, skipped=skipped)
        self._graphs = graphs

    @functools.cached_property
    def _tensors(self):
        with on_cpu():
            graphs = self._graphs
            return {
                "edges": tf.constant(graphs.edges),
                "nodes": tf.constant(graphs.nodes),
            }

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        return ({k: tf.gather(part, element) for k, part in self._tensors.items()},)


def is_smiles(source: Any) -> bool:
    """Whether `source` is the name of a file of SMILES, or of the embedded set.

    >>> kgan.data.smiles.is_smiles("qm9.smi.gz"), kgan.data.smiles.is_smiles("qm9.zip")
    (True, False)
    """
    return source == EMBEDDED or str(source).lower().endswith(_SUFFIXES)


def open_smiles(source: str | os.PathLike, reading: Reading) -> MoleculeSource:
    """A source of the molecules of a file: those that a graph determines.

    A line has a SMILES string; what follows after a space is ignored, as are empty
    lines and a first line that says `smiles`. The graphs are kept in the cache.

    Args:
        source: the path of a file, which may be compressed by gzip; or "molecules".
        reading: `nodes` and `atoms` decide which molecules fit; those that do not are
            left out, counted, and named in the log. With `skip_corrupt`, so are lines
            that are not SMILES.

    Raises:
        ValueError: for no such file, a line that is not SMILES, no molecule that fits,
            or if labels are asked for.
        ImportError: if rdkit is missing.
    """
    if reading.labels:
        raise ValueError(
            f"Expected data with labels. Received: {source}, and SMILES have none. "
            "Leave out labels (--no-labels)."
        )
    space = Molecules(reading.nodes, reading.atoms)
    path = _EMBEDDED_FILE if source == EMBEDDED else Path(source).expanduser()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"Expected a file of SMILES. Received: {source} ({error.strerror})."
        ) from None
    skip = reading.skip_corrupt
    graphs = cached(
        path, content, space, skip, lambda: graphs_of(content, space, skip, source)
    )
    causes = [
        f"{count:,} {cause} (first in line {line:,})"
        for cause, (count, line) in graphs.left_out.items()
    ]
    if not len(graphs.nodes):
        raise ValueError(
            f"Expected a {space.describe()} on at least one line of {source}. "
            f"Received: {', '.join(causes) or 'no lines'}. Allow others by nodes "
            "(--nodes) and atoms (--atoms)."
        )
    if causes:
        _log.warning("kgan: left out of %s: %s", source, ", ".join(causes))
    return MoleculeSource(graphs, space, str(source))


def graphs_of(content: bytes, space: Molecules, skip: bool, name: Any) -> Graphs:
    """The graphs of the molecules in a file that are of a space.

    Args:
        content: of the file, compressed or not.
        space: of the molecules.
        skip: whether lines that are not SMILES are left out.
        name: what errors call the file.

    Raises:
        ValueError: for a line that is not SMILES, unless `skip`.
    """
    types, first = [], {}
    left_out = collections.Counter()
    for number, text in _lines(content, name):
        molecule = chemistry.parse(text)
        if molecule is None and not skip:
            raise ValueError(
                f"Expected SMILES on each line of {name}. Received: {text!r} on line "
                f"{number:,}. Leave such lines out by skip_corrupt (--skip-corrupt)."
            )
        misfit = space.misfit(molecule)
        if misfit is None:
            types.append(space.types(molecule))
        else:
            left_out[misfit] += 1
            first.setdefault(misfit, number)
    causes = {cause: (n, first[cause]) for cause, n in left_out.most_common()}
    return Graphs(*space.stacked(types), causes)


def _lines(content: bytes, name: Any) -> Iterator[tuple[int, str]]:
    """(Number, SMILES) of each line with one."""
    try:
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        lines = content.decode().splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(
            f"Expected lines of text, compressed by gzip or not. Received: {name} "
            f"({error}). Fetch or write it again."
        ) from None
    for number, line in enumerate(lines, 1):
        words = line.split()
        if words and not (number == 1 and words[0].lower() == "smiles"):
            yield number, words[0]
