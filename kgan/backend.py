"""The one backend kgan runs on."""

import json
import os
from pathlib import Path


def require_tensorflow():
    """Fails, before Keras would be used, unless its backend is TensorFlow.

    Keras takes its backend from `KERAS_BACKEND`, else from `keras.json` in
    `KERAS_HOME` (by default `~/.keras`), else TensorFlow.

    Raises:
        ImportError: if that backend is another one.
    """
    origin, backend = "KERAS_BACKEND", os.environ.get("KERAS_BACKEND")
    if not backend:
        home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
        origin = Path(home) / "keras.json"
        backend = _configured_backend(origin)
    if backend != "tensorflow":
        raise ImportError(
            "kgan runs on the TensorFlow backend of Keras: its training step, "
            "strategies and exports are TensorFlow's. Set KERAS_BACKEND=tensorflow. "
            f"Received: backend={backend!r} from {origin}."
        )


def _configured_backend(path):
    try:
        return json.loads(path.read_text()).get("backend", "tensorflow")
    except (OSError, ValueError, AttributeError):
        return "tensorflow"
