"""Examples from a served export."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kgan.evaluation.export import ways
from kgan.serving.client import Client


def open_server(
    address: str,
) -> tuple[
    Callable[[int, int], np.ndarray],
    Callable[[int, int, int], np.ndarray],
    tuple[int, ...],
    str,
]:
    """Returns the functions that `kgan.evaluation.Samples` calls, for a served export.

    Args:
        address: as for `kgan.serving.Client`, with its scheme: "http://localhost:8501"
            or "grpc://localhost:8500". To choose one of several models, append
            "/v1/models/NAME" or "/v1/models/NAME/labels/stable".

    Returns:
        (block, walk, shape of one example, the address of the model as text); `block`
        and `walk` as for `Samples`.

    Raises:
        ServerError: if the server refuses, fails or cannot be reached.
        ValueError: if the model has no signature `sample`.
    """
    client = Client(address)
    signatures = client.signatures()
    if "sample" not in signatures:
        raise ValueError(
            "Expected a model with the signature sample. Received: "
            f"{client.address} with {', '.join(sorted(signatures)) or 'no signature'}. "
            "Serve an export of a run: kgan export RUN"
        )
    (samples,) = signatures["sample"].outputs.values()

    def walk(rows: int, steps: int, seed: int) -> np.ndarray:
        return ways(lambda *ends: client.interpolate(*ends, steps), rows, seed)

    return client.sample, walk, samples.shape[1:], str(client.address)
