"""What the data decide of a game's constructor."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from kgan.spaces import Images, Labels, Space

# All arguments that data decide, those that one model adds included.
NAMES = (
    "image_shape",
    "source_shape",
    "target_shape",
    "classes",
    "class_names",
    "mean",
    "graphs",
)


def of_spaces(spaces: Sequence[Space]) -> dict[str, Any]:
    """The arguments that the spaces of a batch decide, by name.

    >>> Images, Labels = kgan.spaces.Images, kgan.spaces.Labels
    >>> kgan.core.data_arguments.of_spaces([Images((8, 8, 1)), Labels(3)])
    {'image_shape': (8, 8, 1), 'classes': 3}
    >>> kgan.core.data_arguments.of_spaces([Images((4, 4, 1)), Images((8, 8, 1))])
    {'image_shape': (4, 4, 1), 'source_shape': (4, 4, 1), 'target_shape': (8, 8, 1)}

    Args:
        spaces: the `Space` of each part of a batch, as `kgan.data.Source.spaces`.

    Returns:
        `image_shape`, the shape of the first part where it is one tensor;
        `source_shape` and `target_shape` of two images; `classes` of labels, and
        `class_names` where they have names.
    """
    arguments: dict[str, Any] = {}
    if not isinstance(spaces[0].shape, dict):
        arguments["image_shape"] = tuple(spaces[0].shape)
    images = [tuple(space.shape) for space in spaces if isinstance(space, Images)]
    if len(images) == 2:
        arguments["source_shape"], arguments["target_shape"] = images
    labels = [space for space in spaces if isinstance(space, Labels)]
    if labels:
        arguments["classes"] = labels[0].classes
        if labels[0].names:
            arguments["class_names"] = labels[0].names
    return arguments


def taken(cls: type, arguments: dict[str, Any]) -> dict[str, Any]:
    """Those of `arguments` that the constructor of `cls` names.

    A constructor with `**kwargs` takes what that of its base class names, too.
    """
    names = set(_names(cls))
    return {name: value for name, value in arguments.items() if name in names}


def _names(cls: type) -> Iterator[str]:
    for base in cls.__mro__:
        if "__init__" not in vars(base):
            continue
        parameters = inspect.signature(base.__init__).parameters.values()
        yield from (p.name for p in parameters)
        if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
            return
