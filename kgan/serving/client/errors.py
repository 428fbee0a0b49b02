"""The errors of a model server."""

from __future__ import annotations

# The beginnings of the note that Session::Run appends: the place in the graph.
_GRAPH_NOTES = ("\n\t [[{{", "\n\t[[{{", " [[{{")
_FAILED_CHECK = "assertion failed: "


class ServerError(OSError):
    """A model server refused a request, failed, or could not be reached.

    Attributes:
        code: the name of the gRPC status, also over REST: "INVALID_ARGUMENT",
            "NOT_FOUND", "UNAVAILABLE", "DEADLINE_EXCEEDED", ...
        details: the whole message of the server.
        address: the address of the server.
    """

    def __init__(self, code: str, details: str, address: str, advice: str = "") -> None:
        self.code = code
        self.details = details
        self.address = address
        sentence = f"{address}: {code}: {readable(details)}"
        if advice and sentence[-1] not in ".?!":
            sentence += "."
        super().__init__(f"{sentence} {advice}".strip())


def readable(details: str) -> str:
    """A server's message without TensorFlow's notes about the graph.

    The message of a failed check in a graph is `{{function_node ...}} assertion failed:
    [sentence] [value]`, and then the place in the graph.
    """
    for mark in _GRAPH_NOTES:
        details = details.split(mark)[0]
    if details.startswith("{{function_node"):
        details = details[details.find("}}") + 2 :]
    if _FAILED_CHECK in details:
        parts = details.split(_FAILED_CHECK)[1].strip()
        details = parts.removeprefix("[").removesuffix("]").replace("] [", " ")
    return details.strip() or "(no message)"


def missing(package: str, transport: str, error: ImportError) -> ImportError:
    """The error for a package that the client needs and the machine does not have."""
    return ImportError(
        f"Expected the package {package}, for a client over {transport}. Received: "
        f"{error}. Install it with: pip install 'kgan[serving]'"
    )
