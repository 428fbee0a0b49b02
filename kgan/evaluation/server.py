"""Examples from a served export."""

from __future__ import annotations

from typing import Any

import numpy as np

from kgan.evaluation.signatures import Questions, questions
from kgan.serving.client import Client


def open_server(address: str, endpoint: str | None = None) -> tuple[Questions, str]:
    """Returns what `kgan.evaluation.Samples` asks a served export.

    Args:
        address: as for `kgan.serving.Client`: "localhost:8500", "grpc://localhost:8500"
            or "http://localhost:8501". To choose one of several models, append
            "/v1/models/NAME" or "/v1/models/NAME/labels/stable".
        endpoint: as for `kgan.evaluation.signatures.questions`.

    Returns:
        (what is asked, the address of the model as text).

    Raises:
        ServerError: if the server refuses, fails or cannot be reached.
        ValueError: if no signature makes examples.
    """
    client = Client(address)
    signatures = client.signatures()

    def ask(name: str, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        if name == "sample" and inputs.keys() == {"num_samples", "seed"}:
            # Over REST, the client asks for PNG files, which are faster.
            return {"examples": client.sample(**inputs)}
        return client.predict(name, inputs)

    asked = questions(signatures, ask, client.address, endpoint=endpoint)
    return asked, str(client.address)
