"""Examples by the signatures of an export, which is loaded here or served."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from kgan.evaluation.samples import Said
from kgan.evaluation.scored import what_is_said
from kgan.serving.client.signature_defs import Signature, Tensor
from kgan.serving.forms import gathered
from kgan.spaces import (
    Graphs,
    Images,
    Labels,
    Points,
    Scalar,
    Space,
    interpolation,
    of_shape,
)
from kgan.spaces.sampling import one_of, sampling

# What stands for latents in a request.
_DRAWN = ("num_samples", "seed")


class AnyLabels(Labels):
    """Labels of a signature, which does not say how many classes there are.

    >>> kgan.evaluation.signatures.AnyLabels().number_of("7")
    7
    """

    def __init__(self) -> None:
        self.classes = None

    def describe(self) -> str:
        return self.unit

    def choices(self) -> str:
        return "as a whole number, because the names of the classes are not known here"

    def number_of(self, label: Any) -> int:
        text = str(label)
        if not text.isascii() or not text.isdigit() or int(text) >= 2**31:
            raise ValueError(f"Expected a label {self.choices()}. Received: {label!r}.")
        return int(text)


class Questions(NamedTuple):
    """What `kgan.evaluation.Samples` asks an export; arguments as there.

    Attributes:
        block, interpolate, mix, space, takes, says: as for `Samples`.
    """

    block: Callable[..., np.ndarray]
    interpolate: Callable[..., np.ndarray] | None
    mix: Callable[..., np.ndarray] | None
    space: Space
    takes: dict[str, Space]
    says: dict[str, Said]


def questions(
    signatures: Mapping[str, Signature],
    ask: Callable[[str, dict[str, Any]], dict[str, np.ndarray]],
    source: Any,
    of: Mapping[str, str] | None = None,
    spaces: Mapping[str, Mapping[str, Space]] | None = None,
    gives: Mapping[str, Mapping[str, Space]] | None = None,
    endpoint: str | None = None,
) -> Questions:
    """Returns how to ask for examples: from a seed, from labels too, or from images.

        >>> rows = (None, 28, 28, 1)
        >>> Tensor = kgan.serving.client.signature_defs.Tensor
        >>> sample = kgan.serving.client.signature_defs.Signature(
        ...     {n: Tensor("int32", ()) for n in ("num_samples", "seed")},
        ...     {"images": Tensor("uint8", rows)},
        ... )
        >>> ask = lambda name, inputs: {"images": np.zeros((2, 28, 28, 1), "uint8")}
        >>> asked = kgan.evaluation.signatures.questions({"sample": sample}, ask, "x")
        >>> asked.block(2, seed=1).shape, asked.takes
        ((2, 28, 28, 1), {})

    Args:
        signatures: name -> signature.
        ask: function of the name of a signature and its inputs -> its outputs.
        source: what an error calls the export.
        of: name of a signature -> what its numbers say, if that is known.
        spaces: name of a signature -> input -> its space, where more is known of it
            than its tensor says: how many classes, what sides are multiples of.
        gives: name of a signature -> output -> its space, where it is known: graphs are
            several tensors.
        endpoint: the signature that makes examples. Default: the one that takes least.

    Raises:
        ValueError: if no signature makes examples, or there is no such one.
    """
    gives = gives or {}
    possible = {
        key: _asked(signature, gives.get(key, {}))
        for key, signature in one_of(signatures, endpoint, source).items()
    }
    name = _sampling(possible, signatures, source)
    ((output, space),) = possible[name].gives.items()

    def block(count: int, seed: int, asked: str = name, **given: Any) -> np.ndarray:
        drawn = {"num_samples": np.int32(count), "seed": np.int32(seed)}
        inputs = signatures[asked].inputs
        drawn = {key: drawn[key] for key in _DRAWN if key in inputs}
        answer = ask(asked, {**drawn, **_tensors(inputs, given)})
        graphs = isinstance(space.shape, dict)
        return gathered(output, space, answer) if graphs else _only(answer)

    between = _inputs(signatures, "interpolate")

    def interpolate(
        start: int, end: int, steps: int, path: str, **given: Any
    ) -> np.ndarray:
        numbers = {"seed_from": start, "seed_to": end, "steps": steps}
        inputs = {key: np.int32(number) for key, number in numbers.items()}
        beside = _tensors(between, given)
        return _only(ask("interpolate", {**inputs, "path": path, **beside}))

    mixing = interpolation.mixing({k: _asked(s) for k, s in signatures.items()})
    takes = possible[name].takes
    known = {
        key: space
        for key, space in (spaces or {}).get(name, {}).items()
        if isinstance(takes.get(key), type(space))
    }
    return Questions(
        block,
        interpolate if "path" in between else None,
        mixing and functools.partial(block, asked=mixing),
        space,
        {**takes, **known},
        _says(signatures, ask, of or {}),
    )


class Asked(NamedTuple):
    """A signature as a `kgan.spaces.sampling.Question`.

    >>> Tensor = kgan.serving.client.signature_defs.Tensor
    >>> inputs = {name: Tensor("int32", ()) for name in ("num_samples", "seed")}
    >>> gives = {"images": kgan.spaces.Images((28, 28, 1))}
    >>> kgan.evaluation.signatures.Asked(inputs, {}, gives).seed_alone
    True

    Attributes:
        inputs: name -> tensor.
        takes: name -> space of each input that no seed stands for, or None.
        gives: name -> space of each output, or None.
    """

    inputs: dict[str, Tensor]
    takes: dict[str, Space | None]
    gives: dict[str, Space | None]

    @property
    def given(self) -> list[str]:
        """The inputs that no seed stands for."""
        return list(self.takes)

    @property
    def seed_alone(self) -> bool:
        """Whether a seed stands for all that it takes."""
        return not self.takes and "num_samples" in self.inputs


def _asked(signature: Signature, gives: Mapping[str, Space] | None = None):
    given = {k: t for k, t in signature.inputs.items() if k not in _DRAWN}
    outputs = dict(signature.outputs)
    graphs = {}
    for name, space in (gives or {}).items():
        parts = {f"{name}_{part}" for part in space.shape if isinstance(part, str)}
        if parts and parts <= outputs.keys():
            graphs[name] = space
            outputs = {key: outputs[key] for key in outputs.keys() - parts}
    return Asked(
        signature.inputs,
        {name: _space(tensor) for name, tensor in given.items()},
        {**graphs, **{name: _space(tensor) for name, tensor in outputs.items()}},
    )


def _sampling(
    asked: Mapping[str, Asked], signatures: Mapping[str, Signature], source: Any
):
    """The name of the signature that takes least beside a seed."""
    # Signatures have no order: the default one is of the model's first endpoint.
    usual = None
    if "serving_default" in asked:
        first = next(iter(signatures["serving_default"].outputs.values()))
        usual = None if first.shape is None else tuple(first.shape[1:])
    for given, makes in (
        ((), (Images, Points, Graphs)),
        ((Labels,), (Images, Points, Graphs)),
        ((Images,), (Images,)),
    ):
        name = sampling(asked, given, makes, usual)
        if name is not None:
            return name
    raise ValueError(
        "Expected an export with a signature that makes examples from a seed, from a "
        f"seed and labels, or from images. Received: {source} with "
        f"{', '.join(sorted(asked)) or 'no signature'}. Export the run again: "
        "kgan export RUN"
    )


def _says(
    signatures: Mapping[str, Signature], ask: Callable[..., Any], of: Mapping[str, str]
):
    """What the model says of images, see `Samples` and `what_is_said`."""
    says = {}
    for name, signature in signatures.items():
        asked = _asked(signature)
        drawn = "seed" in signature.inputs
        said = what_is_said(asked.takes.values(), asked.gives, drawn)
        for what, answer in said.items():
            request = functools.partial(ask, name)
            say = functools.partial(_answer, request, asked, answer)
            says.setdefault(what, Said(say, of.get(name)))
    return says


def _answer(
    request: Callable[[dict[str, Any]], dict[str, np.ndarray]],
    asked: Asked,
    answer: str,
    images: np.ndarray,
    seed: int,
):
    (key,) = asked.given
    drawn = {"seed": np.int32(seed)} if "seed" in asked.inputs else {}
    return request({key: images, **drawn})[answer]


def _tensors(inputs: Mapping[str, Tensor], given: Mapping[str, Any]):
    """What is given, as arrays of the inputs' kinds; a single label as one row."""
    return {
        key: np.atleast_1d(np.asarray(value, inputs[key].dtype))
        for key, value in given.items()
    }


def _inputs(signatures: Mapping[str, Signature], name: str):
    return signatures[name].inputs if name in signatures else {}


def _space(tensor: Tensor):
    """The space of a tensor in the form outside the library, or None."""
    rank = None if tensor.shape is None else len(tensor.shape)
    if (tensor.dtype, rank) == ("int32", 1):
        return AnyLabels()
    if (tensor.dtype, rank) == ("float32", 1):
        return Scalar()
    if (tensor.dtype, rank) in (("uint8", 4), ("float32", 2)):
        sides = tensor.shape[1:]
        return of_shape(sides) if sides[-1] is not None else None
    return None


def _only(answer: dict[str, np.ndarray]):
    (value,) = answer.values()
    return value
