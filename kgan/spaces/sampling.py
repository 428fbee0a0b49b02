"""Which question makes a model's examples: one answer for all who ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from kgan.spaces.space import Space


class Question(Protocol):
    """What an `Endpoint` says of itself, and what a signature can say too."""

    takes: Mapping[str, Any]
    gives: Mapping[str, Any]

    @property
    def given(self) -> list[str]:
        """The arguments that no seed stands for."""

    @property
    def seed_alone(self) -> bool:
        """Whether a seed stands for all that it takes."""


def sampling(
    questions: Mapping[str, Question],
    given: tuple[type[Space], ...] = (),
    makes: tuple[type[Space], ...] = (Space,),
    usual: Any = None,
) -> str | None:
    """The name of the question that makes examples, or None.

    Of those that fit, it is the first that gives what the first question of the model
    gives, which is the most usual one; else the first.

    >>> kgan.spaces.sampling.sampling(model.built_endpoints())
    'generate'

    Args:
        questions: name -> `Endpoint`, or another `Question`, in the model's order.
        given: the spaces that it takes beside a seed; none for a seed alone.
        makes: the spaces of which it gives one example.
        usual: the shape of the model's examples. Default: see above.
    """
    fitting = [name for name, q in questions.items() if _fits(q, given, makes)]
    usual = usual_shape(questions) if usual is None else usual
    alike = [n for n in fitting if _shape(questions[n]) == usual]
    return next(iter(alike or fitting), None)


def one_of(
    questions: Mapping[str, Question], name: str | None, source: Any
) -> Mapping[str, Question]:
    """The question called `name` alone; all questions if it is None.

    >>> endpoints = model.built_endpoints()
    >>> list(kgan.spaces.sampling.one_of(endpoints, "generate", "model"))
    ['generate']

    Args:
        questions: name -> `Endpoint`, or another `Question`.
        name: of one of them, or None.
        source: what an error calls those who answer.

    Raises:
        ValueError: if there is no such question.
    """
    if name is None:
        return questions
    if name not in questions:
        raise ValueError(
            f"Expected an endpoint of {source}: {', '.join(questions) or 'none'}. "
            f"Received: endpoint={name!r}."
        )
    return {name: questions[name]}


def usual_shape(questions: Mapping[str, Question]) -> Any:
    """The shape of what the first question gives first, or None without questions."""
    return next((_shape(question) for question in questions.values()), None)


def _fits(question: Question, given: tuple[type, ...], makes: tuple[type, ...]):
    spaces = [question.takes[name] for name in question.given]
    alike = len(spaces) == len(given) and all(map(isinstance, spaces, given))
    one = [isinstance(space, makes) for space in question.gives.values()] == [True]
    return alike and one and (bool(given) or question.seed_alone)


def _shape(question: Question):
    return getattr(next(iter(question.gives.values())), "shape", None)
