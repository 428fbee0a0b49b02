"""Pictures of what a model makes, derived from its endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kgan.spaces.endpoint import Endpoint
from kgan.spaces.labels import Labels
from kgan.spaces.space import Space
from kgan.system.captions import beside_rows

# Columns, at most, where each shows a class.
_MOST_CLASSES = 10


class Picture(NamedTuple):
    """Examples to be drawn.

    >>> space = kgan.spaces.Images((28, 28, 1))
    >>> kgan.spaces.Picture(space, {"samples": images[:4]}).draw().shape
    (62, 62, 1)

    Attributes:
        space: what they are examples of.
        columns: title -> examples [n, ...], of the form inside the library.
        per_row: see `Space.picture`.
        captions: of the rows of images, where there is room for letters.
    """

    space: Space
    columns: dict[str, Any]
    per_row: int | None = None
    captions: tuple[str, ...] = ()

    def draw(self) -> np.ndarray | None:
        """uint8 [height, width, channels]; None if the space has no picture."""
        picture = self.space.picture(self.columns, self.per_row)
        # Other spaces have no rows: points make one cloud.
        if picture is None or not self.space.png:
            return picture
        return beside_rows(picture, self.captions)


def pictures_of(
    endpoints: dict[str, Endpoint],
    spaces: tuple[Space, ...],
    examples: tuple[Any, ...] | None,
    n: int,
    seed: int,
) -> dict[str, Picture]:
    """One picture for each endpoint whose answer can be drawn.

    - Of latents alone: samples; where the space has a backdrop, on real examples.
    - Of latents and labels: rows of one class each.
    - Of one part of the data: source, output, and target if the endpoint has one.
    - Of one part of the data and labels: source, and a column for each class.

    Args:
        endpoints: name -> `Endpoint` of a model.
        spaces: of what the model learns from.
        examples: a batch of it, a tensor for each space, or None.
        n: how many examples to show.
        seed: fixes latents.

    Returns:
        name -> `Picture`; nothing for what needs examples if there are none.
    """
    pictures = {}
    for name, endpoint in endpoints.items():
        picture = _picture(endpoint, spaces, examples, n, seed)
        if picture is not None:
            pictures[name] = picture
    return pictures


def _picture(
    endpoint: Endpoint, spaces: tuple[Space, ...], examples: Any, n: int, seed: Any
):
    title, space = next(iter(endpoint.gives.items()))
    given = [endpoint.takes[name] for name in endpoint.given]
    if all(isinstance(taken, Labels) for taken in given):
        return _of_samples(endpoint, title, space, examples, n, seed)
    sources = [name for name in endpoint.given if name not in _labels(endpoint)]
    if examples is None or len(sources) != 1:
        return None
    # Not the code of an encoder beside its image, nor shares of two classes.
    kinds = {type(spaces[endpoint.source]), type(space)}
    if kinds != {type(endpoint.takes[sources[0]])}:
        return None
    asked = _Asked(endpoint, sources[0], title, seed)
    if len(given) > 1:
        return Picture(space, _by_class(asked, examples, n))
    source = first(examples[endpoint.source], n)
    columns = {"source": source, "output": asked(source)}
    if endpoint.target is not None and not endpoint.reconstructs:
        columns["target"] = first(examples[endpoint.target], n)
    return Picture(space, columns)


class _Asked(NamedTuple):
    """An endpoint that is asked about source examples."""

    endpoint: Endpoint
    source: str
    title: str
    seed: int

    def __call__(self, source: Any, **labels: Any) -> Any:
        given = {self.source: source, **labels}
        return self.endpoint.sample(seed=self.seed, **given)[self.title]


def _labels(endpoint: Endpoint):
    """Name -> space of the labels that an endpoint takes."""
    spaces = {name: endpoint.takes[name] for name in endpoint.given}
    return {name: s for name, s in spaces.items() if isinstance(s, Labels)}


def _by_class(asked: _Asked, examples: Any, n: int):
    """Source examples, and what becomes of them in each class; n examples in all."""
    labels = _labels(asked.endpoint)
    classes = min(_MOST_CLASSES, max(space.classes for space in labels.values()))
    source = first(examples[asked.endpoint.source], max(1, n // (1 + classes)))
    rows = len(tf.nest.flatten(source)[0])
    columns = {"source": source}
    for number in range(classes):
        # Where there are labels of several kinds, each shows its classes in turn.
        same = {
            name: np.full(rows, number % space.classes, "int32")
            for name, space in labels.items()
        }
        columns[_title(labels.values(), number)] = asked(source, **same)
    return columns


def _title(spaces: Iterable[Labels], number: int):
    """What a column is called: by the name of its class, of the kind with names."""
    named = [s for s in spaces if s.names and number < s.classes]
    return named[0].title(number) if len(named) == 1 else f"class {number}"


def _of_samples(
    endpoint: Endpoint, title: str, space: Space, examples: Any, n: int, seed: Any
):
    labels, per_row, captions = {}, None, ()
    for name in endpoint.given:
        kind = endpoint.takes[name]
        labels[name], per_row = kind.rows(n)
        # Where there are labels of several kinds, a row is of several classes.
        if len(endpoint.given) == 1:
            captions = tuple(map(kind.title, labels[name][::per_row].tolist()))
    samples = endpoint.sample(None if labels else n, seed, **labels)[title]
    columns = {"samples": samples}
    if space.backdrop and examples is not None:
        columns = {"real": first(examples[0], n), **columns}
    return Picture(space, columns, per_row, captions)


def first(tree: Any, n: int) -> Any:
    """The first n examples of a batch."""
    if isinstance(tree, dict):
        return {name: part[:n] for name, part in tree.items()}
    return tree[:n]
