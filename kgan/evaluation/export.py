"""Examples from an exported SavedModel, drawn by the signatures of the model."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.random import seeds
from kgan.recipes.recipe import Data
from kgan.spaces.images import tile


def open_export(
    path: str | Path,
) -> tuple[
    Callable[[int, int], np.ndarray],
    Callable[[int, int, int], np.ndarray],
    tuple[int, ...],
]:
    """Returns the functions that `kgan.evaluation.Samples` calls, for an export.

    Args:
        path: directory of one version. It has the signature `sample` (num_samples,
            seed); interpolations need the signature `interpolate` (seed_from, seed_to,
            steps) too.

    Returns:
        (block, walk, shape of one example); `block` and `walk` as for `Samples`.

    Raises:
        ValueError: if the export has no signature `sample`, or one that takes more than
            a seed.
    """
    loaded = tf.saved_model.load(str(path))
    sample = _signature(loaded, path, "sample")
    others = sample.structured_input_signature[1].keys() - {"num_samples", "seed"}
    if others:
        raise ValueError(
            "Expected an export that makes samples from a seed alone. Received: "
            f"{path}, whose signature sample takes {', '.join(sorted(others))} too. "
            "Choose the run, or a .keras file of its model."
        )

    def block(count: int, seed: int) -> np.ndarray:
        examples = sample(num_samples=tf.constant(count), seed=tf.constant(seed))
        return examples["images"].numpy()

    def walk(rows: int, steps: int, seed: int) -> np.ndarray:
        # The reference to `loaded` here keeps its variables alive.
        interpolate = _signature(loaded, path, "interpolate")

        def interpolation(start: int, end: int) -> np.ndarray:
            examples = interpolate(
                seed_from=tf.constant(start),
                seed_to=tf.constant(end),
                steps=tf.constant(steps),
            )
            return examples["images"].numpy()

        return ways(interpolation, rows, seed)

    return block, walk, sample.structured_outputs["images"].shape[1:]


def ways(
    interpolation: Callable[[int, int], np.ndarray], rows: int, seed: int
) -> np.ndarray:
    """Returns interpolations between latents as one picture, one per row.

    Args:
        interpolation: function of two seeds -> uint8 [steps, height, width, channels].
        rows: the number of interpolations.
        seed: integer >= 0, fixes the pairs of seeds.

    Returns:
        uint8 [picture height, picture width, channels].
    """
    ends = itertools.islice(seeds.stream(seed, "walk"), 2 * rows)
    images = [interpolation(start, end) for start, end in zip(ends, ends, strict=True)]
    return tile(np.concatenate(images), columns=len(images[0]))


def about_export(path: str | Path) -> tuple[str, dict[str, Any], Data | None]:
    """Returns what the card of an export says; defaults for an export without card.

    Args:
        path: directory of one version.

    Returns:
        (weights, trained, data), the attributes of `kgan.evaluation.Samples`.
    """
    # Imported here, because the card module imports the scores of evaluations.
    from kgan.serving import card

    try:
        facts = card.read(path)
        training, model = facts["training"], facts["model"]
        config = training["config"]
        averaged = model["weights"].startswith("average")
        trained = {
            "model": model["class"],
            "steps": training["steps"],
            "recipe": training["recipe"],
        }
        data = None if config is None else Data(**config["data"])
        return ("EMA" if averaged else "raw"), trained, data
    except (OSError, json.JSONDecodeError, KeyError, TypeError):
        return "as exported", {}, None


def _signature(loaded: Any, path: str | Path, name: str):
    if name not in loaded.signatures:
        raise ValueError(
            f"Expected an export with the signature {name}. Received: {path} with "
            f"{', '.join(sorted(loaded.signatures)) or 'no signature'}. Export the run "
            "again: kgan export RUN"
        )
    return loaded.signatures[name]
