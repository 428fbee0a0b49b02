"""Derives the signatures of an exported model from its endpoints.

No model defines a signature itself. The spaces that an endpoint takes and gives decide
the form of requests and answers, and which requests are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kgan.serving.forms import Files, Inside, Outside, ReadFiles, flat, gathered
from kgan.serving.graph import (
    all_or_one,
    at_most,
    in_blocks,
    one_for_each,
    one_of,
    scalar,
    scalars,
)
from kgan.spaces import Endpoint
from kgan.spaces.interpolation import PATHS, between, first_of, interpolate


class Signature(NamedTuple):
    """One signature of an export: a function from named tensors to named tensors.

    >>> endpoints = {"generate": model.endpoint("generate")}
    >>> signatures = kgan.serving.signatures.of_endpoints(endpoints, limit=8)
    >>> list(signatures["sample"].inputs)
    ['num_samples', 'seed']

    Attributes:
        function: tensors by name -> tensors by name. It is traced once; the graph must
            not contain Python, Keras or XLA.
        inputs: name -> `tf.TensorSpec`.
        request: n -> arrays by name: a request for n examples. The warm-up and the
            check of the export use it.
        refused: requests that must fail; the check of the export replays them.
        live: arrays by name -> arrays by name: the model's answer in Python. The export
            must give the same answer.
    """

    function: Callable[..., dict[str, Any]]
    inputs: dict[str, tf.TensorSpec]
    request: Callable[[int], dict[str, Any]]
    refused: tuple[dict[str, Any], ...]
    live: Callable[..., dict[str, Any]]

    @property
    def batchable(self) -> bool:
        """Whether a server can merge requests: all inputs have a free batch size."""
        shapes = [spec.shape for spec in self.inputs.values()]
        return all(s.rank is not None and s.rank > 0 and s[0] is None for s in shapes)


def of_endpoints(endpoints: dict[str, Endpoint], limit: int) -> dict[str, Signature]:
    """The signatures of a model.

    - `serving_default`: the first endpoint, in the form inside the library: float32 in,
      float32 out. A server can merge its requests.
    - For each endpoint, a signature with the same name, in the form outside the
      library: images are uint8. If the endpoint takes latents, the request has a `seed`
      instead, and `num_samples` if no other input decides the number. The signature of
      a generator is called `sample`.
    - For each of these with images, a signature with `_png` at the end of its name: the
      images are PNG files, strings `png_bytes`.
    - For each endpoint with arguments that have a default, a signature with `_options`
      at the end of its name, which takes them too, each [1] for all examples, [n], or
      [0] for the default. Servers want every input of a signature by name, so that the
      other signatures do not have them.
    - `interpolate`, with `seed_from`, `seed_to`, `steps` and `path`, for the first
      endpoint that takes latents alone; or else latents and labels, of which a request
      has one for all steps, or one for each. See `kgan.spaces.interpolation`.

    Numbers are int32, `path` is a string. A seed gives the same latents on every
    machine. The rounding of a network depends on the instructions of the processor: on
    another processor, a few values per million of uint8 images differ by one level.

    Args:
        endpoints: name -> `Endpoint`, of a model.
        limit: the largest number of examples per answer; a request for more is refused.

    Returns:
        name -> `Signature`.
    """
    signatures = {}
    interpolating = first_of(endpoints)
    for name, endpoint in endpoints.items():
        question = _Question(endpoint, limit)
        signatures.setdefault("serving_default", question.inside())
        public = endpoint.seeded or name
        if public in signatures:
            raise ValueError(
                "Expected endpoints that servers call by names of their own. "
                f"Received: two that are called {public!r}."
            )
        signatures[public] = question.outside(Outside, Outside)
        if any(s.png for s in (*endpoint.takes.values(), *endpoint.gives.values())):
            signatures[f"{public}_png"] = question.outside(ReadFiles, Files)
        if endpoint.optional:
            signatures[f"{public}_options"] = question.outside(Outside, Outside, True)
        if endpoint is interpolating:
            signatures.setdefault("interpolate", question.interpolate())
    return signatures


class _Question:
    """Builds the signatures of one endpoint."""

    def __init__(self, endpoint: Endpoint, limit: int) -> None:
        self.endpoint = endpoint
        self.limit = limit
        specs = {name: space.specs() for name, space in endpoint.takes.items()}
        # All signatures call this function, so that the network is stored once.
        self.answer = tf.function(
            lambda inputs: endpoint.answer(**inputs), [specs], autograph=False
        )

    def inside(self) -> Signature:
        """The signature in the form inside the library; a request has the latents."""
        endpoint = self.endpoint
        takes = {n: endpoint.takes[n] for n in (*endpoint.drawn, *endpoint.given)}
        asks = Inside(takes, self.limit)
        answers = Inside(endpoint.gives, self.limit)

        def function(**tensors: tf.Tensor):
            inputs = endpoint.completed(asks.decode(tensors))
            specs = {name: space.specs() for name, space in endpoint.takes.items()}
            inputs = tf.nest.map_structure(
                lambda x, s: tf.cast(x, s.dtype), inputs, specs
            )
            return answers.encode(self.answer(inputs))

        def live(**arrays: Any):
            inputs = {n: gathered(n, s, arrays) for n, s in takes.items()}
            return _arrays(answers.encode(endpoint(**inputs)))

        return Signature(
            function, asks.specs(), asks.request, tuple(asks.refused()), live
        )

    def outside(
        self, asking: type[Outside], answering: type[Outside], options: bool = False
    ) -> Signature:
        """The signature in the form outside; a request has a seed for the latents.

        Args:
            asking, answering: the forms of requests and answers.
            options: whether a request also has the arguments with a default.
        """
        endpoint = self.endpoint
        given = {name: endpoint.takes[name] for name in endpoint.given}
        optional = endpoint.optional if options else []
        asks = asking(given, self.limit)
        chooses = asking({name: endpoint.takes[name] for name in optional}, self.limit)
        answers = answering(endpoint.gives, self.limit)
        seeded = bool(endpoint.drawn)
        counted = endpoint.seed_alone

        def function(
            num_samples: tf.Tensor | None = None,
            seed: tf.Tensor | None = None,
            **tensors: tf.Tensor,
        ):
            inputs = asks.decode(tensors)
            if counted:
                n = at_most(num_samples, self.limit, "num_samples")
            else:
                n = tf.shape(tf.nest.flatten(inputs)[0])[0]
            if seeded:
                inputs |= endpoint.draw(n, scalar(seed))
            for name, rows in chooses.decode(tensors).items():
                default = endpoint.takes[name].default
                inputs[name] = all_or_one(rows, n, name, default)
            return answers.encode(self.published(inputs))

        def live(
            num_samples: int | None = None, seed: int | None = None, **arrays: Any
        ):
            tensors = {k: tf.constant(v) for k, v in arrays.items()}
            inputs = asks.decode(tensors)
            chosen = chooses.decode(tensors)
            inputs |= {name: rows for name, rows in chosen.items() if len(rows)}
            n = None if num_samples is None else int(num_samples)
            answer = endpoint.sample(n, None if seed is None else int(seed), **inputs)
            return _arrays(answers.encode(self.as_public(answer)))

        def request(n: int):
            numbers = {"num_samples": np.int32(n)} if counted else {}
            numbers |= {"seed": np.int32(1)} if seeded else {}
            return asks.request(n) | chooses.request(n) | numbers

        numbers = (0, -1, self.limit + 1, 10_000_000) if counted else ()
        refused = [request(n) for n in numbers if not 1 <= n <= self.limit]
        refused += [request(1) | bad for bad in (*asks.refused(), *chooses.refused())]
        refused += [request(3) | chooses.request(2)] if optional else []
        numbers = scalars(*["num_samples"] * counted, *["seed"] * seeded)
        inputs = asks.specs() | chooses.specs() | numbers
        return Signature(function, inputs, request, tuple(refused), live)

    def interpolate(self) -> Signature:
        """The signature for examples between the latents of two seeds."""
        endpoint = self.endpoint
        labels = {name: endpoint.takes[name] for name in endpoint.given}
        asks = Outside(labels, self.limit)
        answers = Outside(endpoint.gives, self.limit)

        def function(
            seed_from: tf.Tensor,
            seed_to: tf.Tensor,
            steps: tf.Tensor,
            path: tf.Tensor,
            **tensors: tf.Tensor,
        ):
            steps = at_most(steps, self.limit, "steps", least=2)
            path = one_of(path, PATHS, "path")
            ends = scalar(seed_from), scalar(seed_to)
            inputs = between(endpoint, *ends, steps, path)
            for name, rows in asks.decode(tensors).items():
                inputs[name] = one_for_each(rows, steps, name)
            return answers.encode(self.published(inputs))

        def live(seed_from: int, seed_to: int, steps: int, path: Any, **arrays: Any):
            name = tf.compat.as_str(np.asarray(path).item())
            numbers = map(int, (seed_from, seed_to, steps))
            given = asks.decode({k: tf.constant(v) for k, v in arrays.items()})
            answer = interpolate(endpoint, *numbers, name, **given)
            return _arrays(answers.encode(self.as_public(answer)))

        def request(n: int):
            ends = {"seed_from": np.int32(1), "seed_to": np.int32(2)}
            steps = max(n, 2)
            given = asks.request(1 if n < 2 else n)
            return ends | {"steps": np.int32(steps), "path": "prior"} | given

        wrong = [{"steps": np.int32(1)}, {"path": "shortest"}, *asks.refused()]
        if labels:
            wrong.append(asks.request(3))
        refused = [request(2) | bad for bad in wrong] + [request(self.limit + 1)]
        inputs = scalars("seed_from", "seed_to", "steps") | asks.specs()
        inputs |= scalars("path", dtype=tf.string)
        return Signature(function, inputs, request, tuple(refused), live)

    def as_public(self, answers: dict[str, Any]) -> dict[str, Any]:
        """Converts answers from the form inside to the form outside."""
        return {n: s.to_public(answers[n]) for n, s in self.endpoint.gives.items()}

    def published(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """The answers in the form outside, computed one block of rows at a time."""
        takes, gives = self.endpoint.takes, self.endpoint.gives
        inputs = self.endpoint.completed(inputs)

        def block(tensors: dict[str, tf.Tensor]):
            rows = {name: gathered(name, s, tensors) for name, s in takes.items()}
            return _flat(self.as_public(self.answer(rows)))

        specs = Outside(gives, self.limit).specs()
        answers = in_blocks(
            block,
            _flat(inputs),
            self.endpoint.block_rows(inputs),
            {name: spec.dtype for name, spec in specs.items()},
        )
        # The results of a loop have no static shape, which clients need.
        answers = {k: tf.ensure_shape(answers[k], s.shape) for k, s in specs.items()}
        return {name: gathered(name, space, answers) for name, space in gives.items()}


def _flat(trees: dict[str, Any]):
    tensors = {}
    for name, tree in trees.items():
        tensors |= flat(name, tree)
    return tensors


def _arrays(tensors: dict[str, Any]):
    return {name: np.asarray(tensor) for name, tensor in tensors.items()}
