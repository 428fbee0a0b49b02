"""Examples from an exported SavedModel, drawn by the signatures of the model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.evaluation.signatures import Questions, questions
from kgan.recipes.recipe import Data
from kgan.serving.client.signature_defs import Signature, Tensor
from kgan.spaces import Scalar


def open_export(path: str | Path, endpoint: str | None = None) -> Questions:
    """Returns what `kgan.evaluation.Samples` asks an export.

    Args:
        path: directory of one version. A signature makes examples: from `num_samples`
            and `seed`, from `seed` and labels, or from images. Interpolations need the
            signature `interpolate` (seed_from, seed_to, steps, path).
        endpoint: as for `kgan.evaluation.signatures.questions`.

    Raises:
        ValueError: if no signature makes examples.
    """
    signatures, ask = open_signatures(path)
    # Imported here, because the card module imports the scores of evaluations.
    from kgan.serving import card

    known = _of_numbers(path), card.takes_of(path), card.gives_of(path)
    return questions(signatures, ask, path, *known, endpoint=endpoint)


def open_signatures(
    path: str | Path,
) -> tuple[dict[str, Signature], Callable[..., dict[str, np.ndarray]]]:
    """Loads an export.

    Args:
        path: directory of one version.

    Returns:
        (name -> signature, function of the name of a signature and its inputs -> its
        outputs).
    """
    loaded = tf.saved_model.load(str(path))

    def ask(name: str, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        # The reference to `loaded` here keeps its variables alive.
        tensors = {key: tf.constant(value) for key, value in inputs.items()}
        answer = loaded.signatures[name](**tensors)
        return {key: value.numpy() for key, value in answer.items()}

    signatures = {
        name: Signature(
            _tensors(function.structured_input_signature[1]),
            _tensors(function.structured_outputs),
        )
        for name, function in loaded.signatures.items()
    }
    return signatures, ask


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
        if "started_from" in training:
            trained["started_from"] = training["started_from"]
        data = (config or {}).get("data")
        return (
            *("EMA" if averaged else "raw", trained),
            Data(**data) if data else None,
        )
    except (OSError, json.JSONDecodeError, KeyError, TypeError):
        return "as exported", {}, None


def _of_numbers(path: str | Path):
    """Name of an endpoint -> what its number says, as the card has it."""
    from kgan.serving import card

    try:
        endpoints = card.read(path)["model"]["endpoints"]
        gives = {name: list(e["gives"].values()) for name, e in endpoints.items()}
    except (OSError, json.JSONDecodeError, KeyError, TypeError, AttributeError):
        return {}
    start = f"{Scalar.unit}: "
    return {
        name: spaces[0].removeprefix(start)
        for name, spaces in gives.items()
        if len(spaces) == 1 and spaces[0].startswith(start)
    }


def _tensors(specs: dict[str, Any]):
    return {
        name: Tensor(
            "object" if spec.dtype == tf.string else spec.dtype.name,
            None if spec.shape.rank is None else tuple(spec.shape),
        )
        for name, spec in specs.items()
    }
