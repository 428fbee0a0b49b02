"""Whether an export does on a server what the model does in Python."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kgan.serving import c_api, prediction_log
from kgan.serving.answers import compare_with_kept, difference, kept, named
from kgan.serving.base_path import EXTRA
from kgan.serving.operations import check_operations
from kgan.serving.session import ServingSession

# Files in assets.extra/; the server knows the first.
WARM_UP = "tf_serving_warmup_requests"
REFUSED = "requests_to_refuse"
CONTRACT = "contract.json"


class Report(NamedTuple):
    """What a check found.

    Attributes:
        lines: sentences for people.
        answers: for each warm-up request, {"signature", "outputs": {name: what it is}}.
        signatures: name -> {"inputs", "outputs"}, each name -> [dtype, shape].
    """

    lines: list[str]
    answers: list[dict[str, Any]]
    signatures: dict[str, Any]


def verify(path, model=None):
    """Checks any export of kgan again, see `check`.

    Args:
        path: the directory of a version.
        model: the `GAN` that it was made of, to compare with; default: the answers are
            compared with those of the time of the export.

    Returns:
        A `Report`.

    Raises:
        ValueError: if it is no such export, or does not keep its contract.
    """
    file = Path(path) / EXTRA / CONTRACT
    try:
        contract = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise ValueError(
            f"Expected an export of kgan, with {EXTRA}/{CONTRACT}. Received: {path}: "
            f"{error}"
        ) from None
    live = None if model is None else model.serving_signatures(contract["limit"])
    if live is not None:
        live = {name: live[name] for name in live if name in contract["signatures"]}
    return check(path, live, contract)


def check(path, live=None, contract=None):
    """Loads an export as TF Serving does, and asks it everything.

    The graph may hold no Python, no custom operation and no XLA. The model is loaded by
    the C function `TF_LoadSessionFromSavedModel` with XLA disabled; every warm-up
    request is replayed, which runs every signature, and every request that has to be
    refused. Answers equal those of `live` to the bit on a CPU, and to rounding where
    there is a GPU.

    Args:
        path: the directory of a version.
        live: dict name -> `kgan.serving.Signature`.
        contract: what assets.extra/contract.json holds.

    Returns:
        A `Report`.

    Raises:
        ValueError: with the first thing that is not so.
    """
    extra = Path(path) / EXTRA
    lines = [check_operations(path)]
    requests = prediction_log.read(extra / WARM_UP)
    refused = prediction_log.read(extra / REFUSED)
    with c_api.xla_disabled(), _opened(path) as session:
        lines.append("loaded by TF_LoadSessionFromSavedModel, tag serve, XLA disabled")
        _check_names(session, requests, live, contract)
        answers = [_answer(session, request) for request in requests]
        for name in sorted(session.signatures):
            own = [(r, a) for r, a in zip(requests, answers, strict=True)]
            own = [(r, a) for r, a in own if r.signature == name]
            how = "ran"
            if live is not None:
                how = _compare_with_live(own, live[name])
            lines.append(f"{name}: {len(own)} requests replayed, {how}")
        for request in refused:
            _check_refused(session, request)
        lines.append(f"{len(refused)} bad requests refused")
        if contract is not None:
            known = contract["answers"]
            lines.append(compare_with_kept(requests, answers, known))
        pairs = zip(requests, answers, strict=True)
        results = [kept(r.signature, a) for r, a in pairs]
        return Report(lines, results, _signatures(session))


def write(path, report, limit):
    """Writes what a check found, for `verify`."""
    contract = {
        "limit": limit,
        "signatures": report.signatures,
        "answers": report.answers,
    }
    text = json.dumps(contract, indent=1) + "\n"
    (Path(path) / EXTRA / CONTRACT).write_text(text)


def _opened(path):
    try:
        return ServingSession(path)
    except tf.errors.OpError as error:
        raise ValueError(f"A server cannot load the export: {error.message}") from error


def _check_names(session, requests, live, contract):
    asked = {request.signature for request in requests}
    for wanted in (asked, live, contract and contract["signatures"]):
        if wanted is not None and set(wanted) != set(session.signatures):
            raise ValueError(
                f"Expected the signatures {', '.join(sorted(wanted))}. Received: "
                f"{', '.join(sorted(session.signatures))}."
            )


def _answer(session, request):
    try:
        return session.run(request.signature, request.inputs)
    except (tf.errors.OpError, ValueError) as error:
        raise ValueError(f"{named(request)} fails on a server: {error}") from error


def _check_refused(session, request):
    try:
        session.run(request.signature, request.inputs)
    except (tf.errors.InvalidArgumentError, ValueError):
        return
    raise ValueError(f"{named(request)} has to be refused, and was answered.")


def _compare_with_live(own, signature):
    exact = not tf.config.list_physical_devices("GPU")
    for request, answer in own:
        function = signature.live or tf.function(signature.function, autograph=False)
        expected = {n: np.asarray(v) for n, v in function(**request.inputs).items()}
        if set(expected) != set(answer):
            raise ValueError(
                f"{named(request)}: expected the outputs {sorted(expected)}. "
                f"Received: {sorted(answer)}."
            )
        for name, value in expected.items():
            found = difference(answer[name], value, exact)
            if found:
                raise ValueError(
                    f"{named(request)}: the export does not answer as the model does: "
                    f"{name} {found}."
                )
    return f"equal to the model{' to the bit' if exact else ', to rounding'}"


def _shape(shape):
    if shape.unknown_rank:
        return None
    return [None if d.size < 0 else d.size for d in shape.dim]


def _signatures(session):
    def ends(infos):
        return {
            name: [
                tf.as_dtype(info.dtype).name,
                _shape(info.tensor_shape),
            ]
            for name, info in sorted(infos.items())
        }

    return {
        name: {"inputs": ends(s.inputs), "outputs": ends(s.outputs)}
        for name, s in sorted(session.signatures.items())
    }
