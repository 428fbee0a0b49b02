"""The one backend on which kgan runs."""

import json
import os
from pathlib import Path


def require_tensorflow() -> None:
    """Fails, before Keras is imported, unless its backend is TensorFlow.

    Keras reads its backend from `KERAS_BACKEND`, else from `keras.json` in `KERAS_HOME`
    (by default `~/.keras`), else the backend is TensorFlow.

    Raises:
        ImportError: for another backend.
    """
    origin, backend = "KERAS_BACKEND", os.environ.get("KERAS_BACKEND")
    if not backend:
        home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
        origin = Path(home) / "keras.json"
        backend = _configured_backend(origin)
    if backend != "tensorflow":
        raise ImportError(
            "Expected the TensorFlow backend of Keras, because kgan trains and exports "
            "with TensorFlow. Set KERAS_BACKEND=tensorflow. "
            f"Received: backend={backend!r} from {origin}."
        )


def _configured_backend(path: Path):
    try:
        return json.loads(path.read_text()).get("backend", "tensorflow")
    except (OSError, ValueError, AttributeError):
        return "tensorflow"
