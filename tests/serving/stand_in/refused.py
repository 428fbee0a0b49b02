"""What the stand-in answers to a request that it cannot serve."""

# gRPC status -> (its number, the HTTP status that TF Serving gives for it).
STATUS = {
    "CANCELLED": (1, 499),
    "UNKNOWN": (2, 500),
    "INVALID_ARGUMENT": (3, 400),
    "DEADLINE_EXCEEDED": (4, 504),
    "NOT_FOUND": (5, 404),
    "ALREADY_EXISTS": (6, 409),
    "PERMISSION_DENIED": (7, 403),
    "RESOURCE_EXHAUSTED": (8, 429),
    "FAILED_PRECONDITION": (9, 400),
    "ABORTED": (10, 409),
    "OUT_OF_RANGE": (11, 400),
    "UNIMPLEMENTED": (12, 501),
    "INTERNAL": (13, 500),
    "UNAVAILABLE": (14, 503),
    "DATA_LOSS": (15, 500),
    "UNAUTHENTICATED": (16, 401),
}
NAMES = {number: name for name, (number, _) in STATUS.items()}


class RefusedError(Exception):
    """A gRPC status other than OK, by name, and its message."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def number(self):
        return STATUS[self.code][0]

    @property
    def http(self):
        return STATUS[self.code][1]


def invalid(message):
    return RefusedError("INVALID_ARGUMENT", message)
