"""Classes that a user asks a generator for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgan.evaluation import Samples
    from kgan.spaces import Labels

# Rows of a picture, at most, where nobody says which classes it shows.
_MOST_ROWS = 100


def asked_classes(samples: Samples, labels: Sequence[str]) -> list[int] | None:
    """The numbers of the classes that are asked for.

    >>> from kgan.commands.classes import asked_classes
    >>> asked_classes(kgan.evaluation.open_samples(model), ()) is None
    True

    Args:
        samples: of a generator that takes labels, or not.
        labels: numbers or names, as text. Where a class has the name of another one's
            number, the name counts. None at all: every class.

    Returns:
        A list of numbers; None for a generator without labels.

    Raises:
        ValueError: for a label out of range or of an unknown name; for labels that the
            generator does not take; if no label is asked for, and nobody knows how many
            classes there are.
    """
    if samples.labels is None:
        if labels:
            raise ValueError(unconditional(samples))
        return None
    _, space = samples.labels
    if labels:
        return [number_of(space, label) for label in labels]
    if space.classes is None:
        raise ValueError(
            "Expected labels by --label, such as --label 0 1 2, because a server, or "
            "an export without a model card, does not say how many classes it has. "
            f"Received: {samples.source}, without --label."
        )
    return list(range(min(space.classes, _MOST_ROWS)))


def number_of(space: Labels, label: str) -> int:
    """The number of a class that `--label` names.

    Raises:
        ValueError: as `kgan.spaces.Labels.number_of`.
    """
    try:
        return space.number_of(label)
    except ValueError as error:
        raise ValueError(f"--label: {error}") from None


def titles_of(samples: Samples, classes: Sequence[int]) -> list[str]:
    """What a picture calls classes: number and name."""
    _, space = samples.labels
    return [space.title(number) for number in classes]


def counted(titles: Sequence[str]) -> str:
    """The classes of rows in words, each once.

    >>> kgan.commands.classes.counted(["3 boot", "3 boot"])
    'class 3 boot'
    >>> kgan.commands.classes.counted(["3 boot", "5 coat"])
    '2 classes (3 boot, 5 coat)'
    """
    names = list(dict.fromkeys(titles))
    if len(names) == 1:
        return f"class {names[0]}"
    some = f"{', '.join(names[:10])}{', ...' if len(names) > 10 else ''}"
    return f"{len(names)} classes ({some})"


def unconditional(samples: Samples) -> str:
    """The sentence for a generator that cannot be asked for a class."""
    from kgan.recipes import RECIPES

    recipes = [name for name, recipe in RECIPES.items() if recipe.data.labels]
    advice = "on data with labels (--labels)"
    if recipes:
        advice = f"by a recipe that learns from labels: {', '.join(recipes)}"
    model = samples.trained.get("model")
    return (
        "Expected a generator that takes labels, because a class is asked for. "
        f"Received: {samples.source}{f', a {model}' if model else ''}, which is "
        "unconditional: nobody can tell it what to make. Leave out --label, or train "
        f"a conditional model {advice}."
    )
