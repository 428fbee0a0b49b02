"""What a model server can answer instead of images."""

# What Session::Run appends: where in the graph it happened.
_GRAPH_NOTES = ("\n\t [[{{", "\n\t[[{{", " [[{{")
_FAILED_CHECK = "assertion failed: "


class ServerError(OSError):
    """A model server refused a request, failed at it, or could not be reached.

    Attributes:
        code: the name of the gRPC status, also over REST: "INVALID_ARGUMENT",
            "NOT_FOUND", "UNAVAILABLE", "DEADLINE_EXCEEDED", ...
        details: all that the server said.
        address: the server.
    """

    def __init__(self, code, details, address, advice=""):
        self.code = code
        self.details = details
        self.address = address
        sentence = f"{address}: {code}: {readable(details)}"
        if advice and sentence[-1] not in ".?!":
            sentence += "."
        super().__init__(f"{sentence} {advice}".strip())


def readable(details):
    """The sentence in what a server said, without TensorFlow's notes on the graph.

    A failed check of a model reads `{{function_node ...}} assertion failed: [sentence]
    [value]`, then the place in the graph.
    """
    for mark in _GRAPH_NOTES:
        details = details.split(mark)[0]
    if details.startswith("{{function_node"):
        details = details[details.find("}}") + 2 :]
    if _FAILED_CHECK in details:
        parts = details.split(_FAILED_CHECK)[1].strip()
        details = parts.removeprefix("[").removesuffix("]").replace("] [", " ")
    return details.strip() or "(no message)"


def missing(package, transport, error):
    """The error for a machine without what the client needs."""
    return ImportError(
        f"Expected the package {package}, for a client over {transport}. Received: "
        f"{error}. Install it with: pip install 'kgan[serving]'"
    )
