"""Writing a model as a SavedModel for TF Serving."""

import math
from pathlib import Path

import tensorflow as tf

from kgan.files import new_directory
from kgan.serving import card, contract, prediction_log
from kgan.serving.base_path import EXTRA

# The sizes of requests that a server runs before it takes others.
WARM_UP_SIZES = (1, 8, 32)
# An answer has no more examples, and no more bytes of uint8.
_MOST_EXAMPLES = 1024
_MOST_BYTES = 2**28
# A batch of merged requests has at most so many rows; it waits for so long to fill.
_BATCH = 64
_BATCHING = """max_batch_size {{ value: {limit} }}
enable_large_batch_splitting {{ value: true }}
max_execution_batch_size {{ value: {batch} }}
batch_timeout_micros {{ value: 2000 }}
"""


def export_generator(
    model, path, *, run=None, limit=None, batched=False, force=False, about=None
):
    """Writes the (averaged) generator of `model` as a SavedModel, and checks it.

    The directory becomes `path` after the model in it was loaded as TF Serving loads it
    and answered as `model` does, see `kgan.serving.contract`: a server that watches the
    folder never sees half a model. Beside the SavedModel, in assets.extra/, stand the
    requests that warm a server up, what the answers are, and a model card.

    Args:
        model: a `GAN`. What it can be asked for are its `serving_signatures`.
        path: the directory to make. TF Serving wants export/<name>/<version number>.
        run: the directory of the training run, for the model card.
        limit: the most examples that a request may ask for, enforced in the graph;
            default: 1024, or as many as fit in 256 MB of uint8.
        batched: keep only signatures whose requests a server can merge, and let it. Of
            a generator it is `serving_default`. A request that is refused, for NaN,
            takes those that it was merged with along.
        force: export also what was never trained, or has NaN in its weights.
        about: dict, more for the model card.

    Returns:
        `path`, as a `Path`.

    Raises:
        FileExistsError: if `path` exists.
        ValueError: if the model is untrained or not finite, `limit` is below 1, no
            signature is left, or the export does not answer as the model does.
    """
    path, limit = Path(path), _limit(model, limit)
    name = path.absolute().parent.name
    signatures = _signatures(model, limit, batched)
    if not force:
        check_trained(model)
    finite = _not_finite(model) is None
    with new_directory(path) as partial:
        _save(signatures, partial)
        (partial / EXTRA).mkdir()
        _write_requests(signatures, partial / EXTRA, name, limit)
        if batched:
            (partial / "batching_params.pbtxt").write_text(batching(limit))
        # NaN equals nothing.
        report = contract.check(partial, signatures if finite else None)
        contract.write(partial, report, limit)
        facts = card.facts(model, path.absolute(), report, limit=limit, run=run)
        card.write(partial / EXTRA, {**facts, **(about or {})})
    return path


def batching(limit):
    """How a server merges requests of at most `limit` examples: text of a config."""
    return _BATCHING.format(limit=limit, batch=min(_BATCH, limit))


def _limit(model, limit):
    if limit is None:
        size = math.prod(model.image_shape)
        return max(1, min(_MOST_EXAMPLES, _MOST_BYTES // size))
    if not 1 <= limit < 2**31:
        raise ValueError(f"Expected limit >= 1. Received: limit={limit}.")
    return limit


def _signatures(model, limit, batched):
    signatures = model.serving_signatures(limit)
    if not batched:
        return signatures
    kept = {name: s for name, s in signatures.items() if s.batchable}
    if not kept:
        raise ValueError(
            "Expected a signature whose inputs all have a free batch size, to merge "
            f"requests. Received: {', '.join(signatures)}. Export with batched=False."
        )
    return kept


def check_trained(model):
    """Raises ValueError unless the model was trained and its weights are finite."""
    weight = _not_finite(model)
    if weight is not None:
        raise ValueError(
            "Expected a generator of finite weights. Received: NaN or infinity in "
            f"{weight.path}: the training diverged. Nothing was written."
        )
    if not card.steps(model):
        raise ValueError(
            "Expected a trained model. Received: a model after 0 training steps. Train "
            "or load one, or export this one all the same with force=True (--force)."
        )


def _not_finite(model):
    """A weight with NaN or infinity, or None."""
    for weight in model.sampler.weights:
        if not bool(tf.reduce_all(tf.math.is_finite(weight.value))):
            return weight
    return None


def _save(signatures, path):
    functions = {name: _traced(signature) for name, signature in signatures.items()}
    used = {id(v): v for f in functions.values() for v in f.variables}
    module = tf.Module()
    # Only the variables: tracking the Keras model too would store them twice.
    module.variables_ = sorted(used.values(), key=lambda v: v.name)
    tf.saved_model.save(module, str(path), functions)


def _traced(signature):
    function = tf.function(signature.function, autograph=False)
    inputs = signature.inputs.items()
    specs = {name: tf.TensorSpec(s.shape, s.dtype, name) for name, s in inputs}
    return function.get_concrete_function(**specs)


def _write_requests(signatures, extra, name, limit):
    """What a server is asked before others ask it, and what it has to refuse."""
    sizes = sorted({min(size, limit) for size in WARM_UP_SIZES})
    request = prediction_log.Request
    warm_up, refused = [], []
    for key, signature in sorted(signatures.items()):
        warm_up += [request(name, key, signature.request(n)) for n in sizes]
        refused += [request(name, key, inputs) for inputs in signature.refused]
    prediction_log.write(extra / contract.WARM_UP, warm_up)
    prediction_log.write(extra / contract.REFUSED, refused)
