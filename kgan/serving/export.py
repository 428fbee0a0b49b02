"""Writes a model as a SavedModel for TF Serving."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kgan.core.game import Game
from kgan.serving import card, contract, prediction_log
from kgan.serving.base_path import EXTRA
from kgan.serving.signatures import Signature, of_endpoints
from kgan.spaces import Endpoint, Space
from kgan.system import image_files
from kgan.system.files import new_directory
from kgan.system.finite import not_finite_variables

# The sizes of the requests that a server runs before it accepts other requests.
WARM_UP_SIZES = (1, 8, 32)
# The most examples per answer, and the most bytes if they are uint8.
_MOST_EXAMPLES = 1024
_MOST_BYTES = 2**28
# The assumed pixels of a side of any size, for the default limit.
_ASSUMED = 512
# The picture of samples in assets.extra/, and its size: 64 color images of 128 x 128.
PICTURE, _PICTURE_VALUES = "samples.png", 2**22
# The most rows in a batch of merged requests; a batch waits 2 ms for more requests.
_BATCH = 64
_BATCHING = """max_batch_size {{ value: {limit} }}
enable_large_batch_splitting {{ value: true }}
max_execution_batch_size {{ value: {batch} }}
batch_timeout_micros {{ value: 2000 }}
"""


def export_model(
    model: Game,
    path: str | Path,
    *,
    run: str | Path | None = None,
    limit: int | None = None,
    batched: bool = False,
    force: bool = False,
    about: dict[str, Any] | None = None,
) -> Path:
    """Writes the endpoints of `model` as a SavedModel, and checks it.

    The directory is renamed to `path` after the model in it is loaded as TF Serving
    loads it and answers as `model` does, see `kgan.serving.contract`. So a server that
    watches the parent directory never sees half a model. In assets.extra/ are the
    requests that warm up a server, the recorded answers, a model card, and a picture of
    samples where a seed is enough to draw it.

    >>> path = kgan.serving.export_model(model, "export/digits/1", force=True)
    >>> (path / "assets.extra" / "model_card.md").exists()
    True

    Args:
        model: a `kgan.Game`. Its endpoints decide the signatures of the export, see
            `kgan.serving.signatures.of_endpoints`.
        path: the directory to make. TF Serving needs export/<name>/<version number>.
        run: the directory of the training run, for the model card.
        limit: the largest number of examples that a request may ask for, enforced in
            the graph; default: 1024, or as many as fit in 256 MB of uint8.
        batched: keep only the signatures whose requests a server can merge, and write
            the server's settings for merging. Of a generator this is `serving_default`.
            If one request has NaN, all requests that are merged with it are refused.
        force: export also a model that is not trained, or has NaN in its weights.
        about: more facts for the model card.

    Returns:
        `path`, as a `Path`.

    Raises:
        FileExistsError: if `path` exists.
        ValueError: if the model is untrained or not finite, if `limit` is below 1, if
            no signature is left, or if the export does not answer as the model does.
    """
    path, endpoints = Path(path), asked_endpoints(model)
    limit = _limit(endpoints, limit)
    name = path.absolute().parent.name
    signatures = _signatures(endpoints, limit, batched)
    functions = {key: _traced(signature) for key, signature in signatures.items()}
    weights = _weights(model, functions)
    if not force:
        check_trained(model, weights)
    finite = not not_finite_variables(weights)
    with new_directory(path) as partial:
        _save(functions, partial)
        (partial / EXTRA).mkdir()
        _write_requests(signatures, partial / EXTRA, name, limit)
        if batched:
            (partial / "batching_params.pbtxt").write_text(batching(limit))
        # NaN is not equal to NaN, so answers that are not finite are not compared.
        report = contract.check(partial, signatures if finite else None)
        contract.write(partial, report, limit)
        parameters = sum(math.prod(weight.shape) for weight in weights)
        facts = card.facts(
            *(model, path.absolute(), report),
            limit=limit,
            parameters=parameters,
            run=run,
        )
        if finite:
            facts["picture"] = _write_picture(model, partial / EXTRA)
        card.write(partial / EXTRA, {**facts, **(about or {})})
    return path


def batching(limit: int) -> str:
    """The text of batching_params.pbtxt, for requests of at most `limit` examples."""
    return _BATCHING.format(limit=limit, batch=min(_BATCH, limit))


def asked_endpoints(model: Game) -> dict[str, Endpoint]:
    """The endpoints of a model by name, with averaged networks if the model has them.

    Raises:
        ValueError: if the model has no endpoints.
    """
    endpoints = model.built_endpoints()
    if not endpoints:
        raise ValueError(
            "Expected a model with endpoints, which say what the model can answer. "
            f"Received: {type(model).__name__} without endpoints."
        )
    return endpoints


def _limit(endpoints: dict[str, Endpoint], limit: int | None):
    if limit is None:
        gives = [space for e in endpoints.values() for space in e.gives.values()]
        return max(1, min(_MOST_EXAMPLES, _MOST_BYTES // _values(gives)))
    if not 1 <= limit < 2**31:
        raise ValueError(f"Expected limit >= 1. Received: limit={limit}.")
    return limit


def _values(spaces: Iterable[Space]):
    """The values of the largest tensor of one example."""
    specs = tf.nest.flatten([space.specs(public=True) for space in spaces])
    sides = [[_ASSUMED if d is None else d for d in s.shape[1:]] for s in specs]
    return max(map(math.prod, sides))


def _signatures(endpoints: dict[str, Endpoint], limit: int, batched: bool):
    signatures = of_endpoints(endpoints, limit)
    if not batched:
        return signatures
    batchable = {name: s for name, s in signatures.items() if s.batchable}
    if not batchable:
        raise ValueError(
            "Expected a signature whose inputs all have a free batch size, so that "
            "requests can be merged. Received: the signatures "
            f"{', '.join(signatures)}. Export with batched=False."
        )
    return batchable


def check_trained(model: Game, weights: Iterable[keras.Variable]) -> None:
    """Raises ValueError unless the model is trained and `weights` are finite."""
    broken = not_finite_variables(weights)
    if broken:
        raise ValueError(
            "Expected finite weights. Received: NaN or infinity in "
            f"{broken[0]}: the training diverged. Nothing was written."
        )
    if not card.trained_steps(model):
        raise ValueError(
            "Expected a trained model. Received: a model after 0 training steps. Train "
            "or load a model, or export the untrained model with force=True (--force)."
        )


def _weights(model: Game, functions: dict[str, Any]):
    """The Keras variables that the traced functions read."""
    read = {id(v) for function in functions.values() for v in function.variables}

    def is_read(variable: keras.Variable):
        # Under a strategy, a Keras variable has one TensorFlow variable per replica.
        parts = getattr(variable.value, "values", ())
        return any(id(v) in read for v in (variable.value, *parts))

    return [variable for variable in model.variables if is_read(variable)]


def _save(functions: dict[str, Any], path: Path):
    used = {id(v): v for f in functions.values() for v in f.variables}
    module = tf.Module()
    # Only the variables: the Keras model would store them a second time.
    module.variables_ = sorted(used.values(), key=lambda v: v.name)
    tf.saved_model.save(module, str(path), functions)


def _traced(signature: Signature):
    function = tf.function(signature.function, autograph=False)
    inputs = signature.inputs.items()
    specs = {name: tf.TensorSpec(s.shape, s.dtype, name) for name, s in inputs}
    return function.get_concrete_function(**specs)


def _write_picture(model: Game, extra: Path):
    """Writes what the model makes as samples.png, if a seed is all that it needs.

    Returns:
        What the card says of it; None if there is no such picture.
    """
    gives = next(iter(model.endpoints().values())).gives.values()
    shown = min(space.shown for space in gives)
    n = max(1, min(shown, _PICTURE_VALUES // _values(gives)))
    pictures = model.pictures(None, n, seed=0)
    drawn = ((name, picture.draw()) for name, picture in pictures.items())
    for name, image in drawn:
        if image is not None:
            image_files.save(extra / PICTURE, image)
            return {"file": PICTURE, "what": f"{name}, seed 0"}
    return None


def _write_requests(
    signatures: dict[str, Signature], extra: Path, name: str, limit: int
):
    """Writes the requests that warm up a server, and those that it must refuse."""
    sizes = sorted({min(size, limit) for size in WARM_UP_SIZES})
    request = prediction_log.Request
    warm_up, refused = [], []
    for key, signature in sorted(signatures.items()):
        warm_up += [request(name, key, signature.request(n)) for n in sizes]
        refused += [request(name, key, inputs) for inputs in signature.refused]
    prediction_log.write(extra / contract.WARM_UP, warm_up)
    prediction_log.write(extra / contract.REFUSED, refused)
