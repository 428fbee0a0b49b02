"""Sources of generated examples: run, `.keras` file, export, server or model."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kgan.core.game import Game
from kgan.evaluation.export import about_export, open_export
from kgan.evaluation.server import open_server
from kgan.random import seeds
from kgan.recipes.recipe import Data
from kgan.runs.config import is_run, run_of, saved_recipe
from kgan.runs.loading import load_file, open_run
from kgan.serving.client import is_address
from kgan.spaces import Space, of_shape
from kgan.spaces.interpolation import interpolation_picture
from kgan.system.finite import all_finite

# The number of examples per seed, fewer for large examples, so that an export can
# answer each request. Other numbers would change the examples of a seed in `draw`.
_BLOCK, _BLOCK_BYTES = 500, 2**28
WEIGHTS = ("auto", "ema", "raw")


class Samples:
    """A generator of any kind, reduced to drawing examples.

    >>> samples = kgan.evaluation.open_samples(model)
    >>> samples.draw(4, seed=1).shape
    (4, 28, 28, 1)

    Args:
        source: the path, address or name of the generator.
        kind: "run", "keras", "savedmodel", "server" or "model".
        weights: "EMA", "raw", "as exported" or "as served".
        space: of one example.
        trained: what is known about the training: recipe, model, epoch, steps.
        data: the `kgan.recipes.Data` that the generator was trained on, or None.
        block: function of (count, seed) -> examples [count, ...].
        walk: function of (rows, steps, seed) -> uint8 picture [height, width,
            channels], or None if the generator cannot interpolate.
    """

    def __init__(
        self,
        source: Any,
        kind: str,
        weights: str,
        space: Space,
        trained: dict[str, Any],
        data: Data | None,
        block: Callable[[int, int], np.ndarray],
        walk: Callable[[int, int, int], np.ndarray] | None = None,
    ) -> None:
        self.source = str(source)
        self.kind = kind
        self.weights = weights
        self.space = space
        self.trained = trained
        self.data = data
        self._block = block
        self._walk = walk

    def draw(self, count: int, seed: int = 0) -> np.ndarray:
        """Returns the first `count` examples of `seed`.

        A run and its export return the same examples.

        Args:
            count: the number of examples, at least 1.
            seed: integer >= 0.

        Returns:
            uint8 images [count, height, width, channels], with levels 0 to 255; or
            float32 points [count, d].

        Raises:
            ValueError: for other numbers, or if the generator returns NaN or infinity.
        """
        if count < 1 or seed < 0:
            raise ValueError(
                "Expected count >= 1 and seed >= 0. "
                f"Received: count={count}, seed={seed}."
            )
        # The first block equals what `generate` and an export's `sample` return.
        numbers = seeds.of_blocks(seed)
        parts = []
        size = max(1, min(_BLOCK, _BLOCK_BYTES // math.prod(self.space.shape)))
        for start in range(0, count, size):
            part = self._block(min(size, count - start), next(numbers))
            if not all_finite(part):
                raise ValueError(
                    "Expected finite examples. Received: NaN or infinite values from "
                    f"the generator of {self.source}, because its training diverged. "
                    "Use an earlier checkpoint."
                )
            parts.append(self.space.to_public(part))
        return np.concatenate(parts)

    def walk(self, rows: int, steps: int, seed: int = 0) -> np.ndarray:
        """Returns interpolations between latents as one picture.

        Args:
            rows: the number of pairs of latents, at least 1.
            steps: the number of images per pair, both ends included, at least 2.
            seed: integer >= 0, fixes the pairs.

        Returns:
            uint8 [height, width, channels], with one row of images per pair.

        Raises:
            ValueError: for other numbers, or an export that cannot interpolate.
        """
        if rows < 1 or steps < 2 or seed < 0:
            raise ValueError(
                "Expected rows >= 1, steps >= 2 and seed >= 0. "
                f"Received: rows={rows}, steps={steps}, seed={seed}."
            )
        return self._walk(rows, steps, seed)

    def about(self, count: int, seed: int, examples: np.ndarray) -> dict[str, Any]:
        """Returns the entry `samples` of a `Result` for examples of this generator.

        Args:
            count: the number of examples.
            seed: of the examples.
            examples: the examples, for their sha256.
        """
        return {
            "source": self.source,
            "kind": self.kind,
            "weights": self.weights,
            **self.trained,
            "count": count,
            "seed": seed,
            "sha256": hashlib.sha256(np.ascontiguousarray(examples)).hexdigest(),
        }


def open_samples(source: Any, weights: str = "auto") -> Samples:
    """Opens a path, an address or a model as `Samples`.

    Args:
        source: the directory of a training run, a `.keras` file, the directory of one
            version of an export, the address of a server (see
            `kgan.evaluation.server`), or a `kgan.Game`.
        weights: "ema" for the averaged generator, "raw" for the trained generator,
            "auto" for the averaged generator if there is one.

    Raises:
        ValueError: if the source does not exist or is of another kind, or does not have
            these weights.
        kgan.serving.ServerError: if a server refuses, fails or cannot be reached.
    """
    if weights not in WEIGHTS:
        raise ValueError(
            f"Expected weights to be one of {', '.join(WEIGHTS)}. "
            f"Received: weights={weights!r}."
        )
    if isinstance(source, Game):
        return of_model(source, "model", source.name, weights)
    if is_address(str(source)):
        _check_one_set(source, weights)
        block, walk, shape, source = open_server(source)
        space = of_shape(shape)
        return Samples(source, "server", "as served", space, {}, None, block, walk)
    path = Path(source)
    if is_run(path):
        run = open_run(path)
        trained = {"recipe": run.recipe.name, "epoch": run.epoch, "batch": run.batch}
        return of_model(run.model, "run", path, weights, trained, run.recipe.data)
    if path.suffix == ".keras" and path.is_file():
        model, origin = load_file(path), {}
        run = run_of(path)
        if run is not None:
            # For example the best.keras of a run.
            recipe = saved_recipe(run)
            origin = {"trained": {"recipe": recipe.name}, "data": recipe.data}
        return of_model(model, "keras", path, weights, **origin)
    if (path / "saved_model.pb").is_file():
        _check_one_set(path, weights)
        block, walk, shape = open_export(path)
        label, trained, data = about_export(path)
        space = of_shape(shape)
        return Samples(path, "savedmodel", label, space, trained, data, block, walk)
    raise ValueError(
        "Expected the directory of a training run (logs/dcgan/001), a .keras file, "
        "the directory of one version of an export (export/dcgan/1), or the address of "
        "a server (http://localhost:8501, grpc://localhost:8500). "
        f"Received: {path}, {_what_is(path)}."
    )


def _check_one_set(source: Any, weights: str):
    if weights != "auto":
        raise ValueError(
            "Expected weights='auto', because an export has one set of weights. "
            f"Received: weights={weights!r} for {source}. Leave weights out."
        )


def of_model(
    model: Game,
    kind: str,
    source: Any,
    weights: str = "auto",
    trained: dict[str, Any] | None = None,
    data: Data | None = None,
) -> Samples:
    """Returns the `Samples` of a model; arguments as in `open_samples` and `Samples`.

    Args:
        model: a `kgan.Game` with an endpoint that makes samples from latents alone.

    Raises:
        ValueError: if the model has no such endpoint or no such weights.
    """
    averaged = bool(model.averages)
    if weights == "ema" and not averaged:
        raise ValueError(
            "Expected a model with an averaged generator for weights='ema'. Received: "
            f"{source}, trained with ema_decay=None, which has no averaged generator. "
            "Leave weights out, or choose raw."
        )
    endpoint = _sampling(model, averaged=weights != "raw")
    (space,) = endpoint.gives.values()

    def block(count: int, seed: int) -> np.ndarray:
        (examples,) = endpoint.sample(count, seed).values()
        return examples

    def walk(rows: int, steps: int, seed: int) -> np.ndarray:
        return interpolation_picture(endpoint, rows, steps, seed)

    return Samples(
        source,
        kind,
        "EMA" if averaged and weights != "raw" else "raw",
        space,
        {"model": type(model).__name__, "steps": _steps(model), **(trained or {})},
        data,
        block,
        walk,
    )


def _sampling(model: Game, averaged: bool):
    """Returns the endpoint that needs only a seed to make examples."""
    for name in model.endpoints():
        endpoint = model.endpoint(name, averaged)
        if endpoint.drawn and not endpoint.given and len(endpoint.gives) == 1:
            return endpoint
    raise ValueError(
        "Expected a model with an endpoint that makes samples from latents alone. "
        f"Received: {type(model).__name__} with "
        f"{', '.join(model.endpoints()) or 'no endpoint'}."
    )


def _steps(model: Game):
    return int(model.steps.numpy())


def _what_is(path: Path):
    if not path.exists():
        return "which does not exist"
    if path.is_file():
        return "a file of another kind"
    if any((p / "saved_model.pb").is_file() for p in path.glob("*")):
        return "a directory of versions; give the path of one version"
    return "a directory without config.json or saved_model.pb"
