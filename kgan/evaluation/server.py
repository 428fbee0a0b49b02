"""Examples from a model server."""

from kgan.evaluation.export import ways
from kgan.serving.client import Client


def open_server(address):
    """The functions of `kgan.evaluation.Samples`, of a served export.

    Args:
        address: as of `kgan.serving.Client`, with its scheme: "http://localhost:8501",
            "grpc://localhost:8500", and if need be "/v1/models/NAME/labels/stable".

    Returns:
        (block, walk, shape of one example, the address of the model as text).

    Raises:
        ServerError: if the server refuses, fails or cannot be reached.
        ValueError: if the model has no signature `sample`.
    """
    client = Client(address)
    signatures = client.signatures()
    if "sample" not in signatures:
        raise ValueError(
            "Expected a model with the signature sample. Received: "
            f"{client.address} with {', '.join(sorted(signatures))}."
        )
    (samples,) = signatures["sample"].outputs.values()

    def walk(rows, steps, seed):
        return ways(lambda *ends: client.interpolate(*ends, steps), rows, seed)

    return client.sample, walk, samples.shape[1:], str(client.address)
