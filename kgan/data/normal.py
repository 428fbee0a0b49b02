"""Sets in which some classes are normal, and all others anomalous."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data.sources import Source
from kgan.spaces import Labels

NAMES = ("normal", "anomalous")


class NormalSource(Source):
    """The normal examples of a set; or all of them, labelled normal or anomalous.

        >>> pixels = np.zeros((30, 8, 8, 1), "uint8")
        >>> digits = kgan.data.ArraySource(pixels, labels=np.arange(30) % 10)
        >>> kgan.data.normal.NormalSource(digits, ["3", "4"]).size
        6
        >>> labelled = kgan.data.normal.NormalSource(digits, ["3"], labels=True)
        >>> labelled.size, labelled.class_counts().tolist()
        (30, [3, 27])

    Args:
        base: a set with labels, read by index: in memory, or of files.
        normal: names or numbers of the normal classes.
        labels: without labels, only normal examples are read; with labels, all are, 0
            for normal and 1 for anomalous.

    Raises:
        ValueError: for classes that the set does not have, no normal examples, or a set
            whose labels are not known without reading it.
    """

    def __init__(
        self, base: Source, normal: Sequence[Any], labels: bool = False
    ) -> None:
        space = Labels(base.num_classes, base.class_names)
        classes = sorted({space.number_of(name) for name in normal})
        known = base.all_labels()
        if known is None:
            raise ValueError(
                "Expected a set whose labels are known at once, to choose the normal "
                f"examples. Received: {base.name}, which is streamed. Hold it in "
                "memory (in_memory=True)."
            )
        is_normal = np.isin(known, classes)
        if not is_normal.any():
            names = ", ".join(map(space.title, classes))
            raise ValueError(
                f"Expected examples of the normal classes, {names}. Received: "
                f"{base.name}, which has none of them in this split."
            )
        rows = np.arange(len(known)) if labels else np.flatnonzero(is_normal)
        names = "+".join(space.names[c] if space.names else str(c) for c in classes)
        super().__init__(
            f"{base.name} ({names} normal)",
            len(rows),
            base.space,
            num_classes=len(NAMES) if labels else None,
            skipped=base.skipped,
            class_names=NAMES if labels else None,
        )
        self.batched = base.batched
        self._base, self._rows = base, rows
        self._anomalous = (~is_normal).astype("int32") if labels else None

    def all_labels(self) -> np.ndarray | None:
        return self._anomalous

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        example = self._base.fetch(tf.gather(self._rows, element), key)[0]
        if self._anomalous is None:
            return (example,)
        return example, tf.gather(self._anomalous, element)
