"""Examples from an exported SavedModel, by its own signatures."""

import itertools
import json

import numpy as np
import tensorflow as tf

from kgan import seeds
from kgan.images import tile
from kgan.recipes.recipe import Data


def open_export(path):
    """The functions of `kgan.evaluation.Samples`, of an export.

    Args:
        path: directory of one version, with the signature `sample` (num_samples, seed)
            and, to walk, `interpolate` (seed_from, seed_to, steps).

    Returns:
        (block, walk, shape of one example).

    Raises:
        ValueError: if it has no signature `sample`.
    """
    loaded = tf.saved_model.load(str(path))
    sample = _signature(loaded, path, "sample")

    def block(count, seed):
        made = sample(num_samples=tf.constant(count), seed=tf.constant(seed))
        return made["images"].numpy()

    def walk(rows, steps, seed):
        # `loaded` lives by this function, and the variables by `loaded`.
        interpolate = _signature(loaded, path, "interpolate")

        def way(start, end):
            made = interpolate(
                seed_from=tf.constant(start),
                seed_to=tf.constant(end),
                steps=tf.constant(steps),
            )
            return made["images"].numpy()

        return ways(way, rows, seed)

    return block, walk, sample.structured_outputs["images"].shape[1:]


def ways(way, rows, seed):
    """Ways between latents as one picture, a row each.

    Args:
        way: two seeds -> uint8 [steps, height, width, channels].
        rows: how many.
        seed: integer >= 0, fixes the seeds.
    """
    ends = itertools.islice(seeds.stream(seed, "walk"), 2 * rows)
    made = [way(start, end) for start, end in zip(ends, ends, strict=True)]
    return tile(np.concatenate(made), columns=len(made[0]))


def about_export(path):
    """What the card of an export says, if it has one.

    Returns:
        (weights, trained, data): as `kgan.evaluation.Samples` has them.
    """
    # Later, because the card holds the scores of evaluations.
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


def _signature(loaded, path, name):
    if name not in loaded.signatures:
        raise ValueError(
            f"Expected an export with the signature {name}. Received: {path} with "
            f"{', '.join(sorted(loaded.signatures)) or 'none'}. Export the run again: "
            "kgan export RUN"
        )
    return loaded.signatures[name]
