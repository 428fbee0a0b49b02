"""Checks that an export does on a server what the model does in Python."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kgan.core.game import Game
from kgan.serving import c_api, prediction_log
from kgan.serving.answers import compare_with_kept, difference, kept, named
from kgan.serving.base_path import EXTRA
from kgan.serving.native_log import without_refusals
from kgan.serving.operations import check_operations
from kgan.serving.prediction_log import Request
from kgan.serving.session import ServingSession
from kgan.serving.signatures import Signature, of_endpoints

# Files in assets.extra/; a server reads the first.
WARM_UP = "tf_serving_warmup_requests"
REFUSED = "requests_to_refuse"
CONTRACT = "contract.json"


class Report(NamedTuple):
    """The results of a check.

    Attributes:
        lines: sentences for people.
        answers: for each warm-up request, the record of `kgan.serving.answers.kept`.
        signatures: name -> {"inputs", "outputs"}, each name -> [dtype, shape].
    """

    lines: list[str]
    answers: list[dict[str, Any]]
    signatures: dict[str, Any]


def verify(path: str | Path, model: Game | None = None) -> Report:
    """Checks an export of kgan again, see `check`.

    The answers must equal those that were recorded at the export.

    Args:
        path: the directory of a version.
        model: the model that was exported; if given, the answers must also equal the
            answers of this model.

    Returns:
        A `Report`.

    Raises:
        ValueError: if `path` is not an export of kgan, or the check fails.
    """
    file = Path(path) / EXTRA / CONTRACT
    try:
        contract = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise ValueError(
            f"Expected an export of kgan, with {EXTRA}/{CONTRACT}. Received: {path}: "
            f"{error}"
        ) from None
    live = None
    if model is not None:
        endpoints = model.built_endpoints()
        live = of_endpoints(endpoints, contract["limit"])
        live = {name: live[name] for name in live if name in contract["signatures"]}
    return check(path, live, contract)


def check(
    path: str | Path,
    live: dict[str, Signature] | None = None,
    contract: dict[str, Any] | None = None,
) -> Report:
    """Loads an export as TF Serving does, and replays all its requests.

    The graph must not contain Python, custom operations or XLA. The model is loaded by
    the C function `TF_LoadSessionFromSavedModel` with XLA disabled. Every warm-up
    request is replayed, which runs every signature, and so is every request that must
    be refused. The answers must equal those of `live`: to the bit on a CPU, to rounding
    where there is a GPU.

    Args:
        path: the directory of a version.
        live: name -> `kgan.serving.Signature` of the model; None: no comparison.
        contract: the content of assets.extra/contract.json; None: no comparison with
            the answers of the time of the export.

    Returns:
        A `Report`.

    Raises:
        ValueError: if a condition does not hold; the message names the first one.
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
        with without_refusals():
            for request in refused:
                _check_refused(session, request)
        lines.append(f"{len(refused)} bad requests refused")
        if contract is not None:
            known = contract["answers"]
            lines.append(compare_with_kept(requests, answers, known))
        pairs = zip(requests, answers, strict=True)
        results = [kept(r.signature, a) for r, a in pairs]
        return Report(lines, results, _signatures(session))


def write(path: str | Path, report: Report, limit: int) -> None:
    """Writes the results of a check to assets.extra/contract.json, for `verify`."""
    contract = {
        "limit": limit,
        "signatures": report.signatures,
        "answers": report.answers,
    }
    text = json.dumps(contract, indent=1) + "\n"
    (Path(path) / EXTRA / CONTRACT).write_text(text)


def _opened(path: str | Path):
    try:
        return ServingSession(path)
    except tf.errors.OpError as error:
        raise ValueError(f"A server cannot load the export: {error.message}") from error


def _check_names(
    session: ServingSession,
    requests: Sequence[Request],
    live: dict[str, Signature] | None,
    contract: dict[str, Any] | None,
):
    asked = {request.signature for request in requests}
    for wanted in (asked, live, contract and contract["signatures"]):
        if wanted is not None and set(wanted) != set(session.signatures):
            raise ValueError(
                f"Expected the signatures {', '.join(sorted(wanted))}. Received: "
                f"{', '.join(sorted(session.signatures))}."
            )


def _answer(session: ServingSession, request: Request):
    try:
        return session.run(request.signature, request.inputs)
    except (tf.errors.OpError, ValueError) as error:
        raise ValueError(f"{named(request)} fails on a server: {error}") from error


def _check_refused(session: ServingSession, request: Request):
    try:
        session.run(request.signature, request.inputs)
    except (tf.errors.InvalidArgumentError, ValueError):
        return
    raise ValueError(f"Expected {named(request)} to be refused. Received: an answer.")


def _compare_with_live(
    own: Sequence[tuple[Request, dict[str, np.ndarray]]], signature: Signature
):
    exact = not tf.config.list_physical_devices("GPU")
    for request, answer in own:
        expected = signature.live(**request.inputs)
        if set(expected) != set(answer):
            raise ValueError(
                f"{named(request)}: expected the outputs {sorted(expected)}. "
                f"Received: {sorted(answer)}."
            )
        for name, value in expected.items():
            how = difference(answer[name], value, exact)
            if how:
                raise ValueError(
                    f"{named(request)}: the export does not answer as the model does: "
                    f"{name} {how}."
                )
    return f"equal to the model{' to the bit' if exact else ', to rounding'}"


def _shape(shape: Any):
    if shape.unknown_rank:
        return None
    return [None if d.size < 0 else d.size for d in shape.dim]


def _signatures(session: ServingSession):
    def ends(infos: dict[str, Any]):
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
