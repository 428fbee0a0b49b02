"""What a user may say that generators learn from, in one form."""

from __future__ import annotations

import dataclasses
from typing import Any

from kgan.data import Source, open_source
from kgan.recipes.recipe import Data


def what_is_learned(data: Any) -> Data | Source:
    """The `Data` that opens a set again, or the set itself where nothing does.

    >>> from kgan.evaluation.given import what_is_learned
    >>> what_is_learned(kgan.data.load("ring", batch_size=50)).data
    'ring'
    >>> what_is_learned(np.zeros((8, 4, 4, 1), "uint8")).size
    8

    Args:
        data: a `kgan.recipes.Data`; a dataset of `kgan.data.load`; a
            `kgan.data.Source`; or anything else that `kgan.data.open_source` takes,
            such as a name, a folder, or an array.

    Raises:
        ValueError: as for `kgan.data.open_source`.
    """
    if isinstance(data, Data):
        return data
    source = getattr(data, "source", data)
    if not isinstance(source, Source):
        source = open_source(source)
    if source.origin is None:
        return source
    fields = {field.name for field in dataclasses.fields(Data)}
    known = {k: v for k, v in source.origin.items() if k in fields and v is not None}
    return Data(**known)
