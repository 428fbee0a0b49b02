"""Exports a generator for runtimes other than TensorFlow: ONNX and LiteRT."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from kgan.core.game import Game
from kgan.serving.export import check_trained
from kgan.spaces import Endpoint
from kgan.system.files import atomic_file

SUFFIXES = {"onnx": ".onnx", "litert": ".tflite"}
# The largest difference from TensorFlow's float32 images in [-1, 1].
_TOLERANCE = 1e-4


def export_network(
    model: Game, path: str | Path, *, force: bool = False
) -> tuple[Path, float]:
    """Writes the network of the first endpoint, `latents` -> images, as one file.

    The averaged network is written if the model has one. The file takes no seeds,
    because other runtimes have other random numbers. It is renamed to `path` after its
    runtime gives the model's images, to 1e-4, for batches of 1 and 8.

    Args:
        model: a `kgan.Game` in float32.
        path: the file to make; its suffix decides the format: .onnx or .tflite.
        force: export also a model that is not trained or has NaN in its weights; the
            images of the file are not checked then.

    Returns:
        `path`, as a `Path`, and the largest difference between the images.

    Raises:
        FileExistsError: if `path` exists.
        ImportError: if the packages of `pip install 'kgan[onnx]'` are missing.
        ValueError: for another suffix or precision, if the first endpoint is not one
            network of one input, if the model is untrained or has NaN, or if the file
            does not give the model's images.
    """
    path = Path(path)
    formats = {suffix: name for name, suffix in SUFFIXES.items()}
    if path.suffix not in formats:
        raise ValueError(
            f"Expected a file that ends in {' or '.join(formats)}. Received: {path}."
        )
    endpoint = _network_endpoint(model)
    network = endpoint.network
    if network.dtype_policy.name != "float32":
        raise ValueError(
            "Expected a generator in float32, which these formats need. Received: "
            f"{network.dtype_policy.name}. Load the run in float32."
        )
    if path.exists() or path.is_symlink():
        raise FileExistsError(
            f"Expected a new file. Received: {path}, which exists, and nothing is "
            "overwritten."
        )
    if not force:
        check_trained(model, network.weights)
    run = {"onnx": _run_onnx, "litert": _run_litert}[formats[path.suffix]]
    ((name, space),) = endpoint.takes.items()
    spec = tf.TensorSpec([None, *space.shape], tf.float32, name)
    with atomic_file(path) as partial, _quiet():
        _write(network, partial, formats[path.suffix], spec)
        apart = 0.0 if force else _check(endpoint, run(partial), path)
    return path, apart


def _write(network: keras.Model, path: Path, name: str, spec: tf.TensorSpec):
    if name == "onnx":
        _require("tf2onnx")
        _require("onnxruntime")
    network.export(str(path), format=name, verbose=False, input_signature=[spec])


def _network_endpoint(model: Game):
    """The first endpoint; raises ValueError unless it is one network of one input."""
    endpoint = model.endpoint(next(iter(model.endpoints())))
    if endpoint.network is None or len(endpoint.takes) != 1:
        raise ValueError(
            "Expected a model whose first endpoint is one network of one input, as a "
            "file of these formats is one network. Received: "
            f"{type(model).__name__}. Export the model as a SavedModel."
        )
    return endpoint


def _check(endpoint: Endpoint, run: Callable[[np.ndarray], np.ndarray], path: Path):
    """The largest difference between the images of the file and of the model."""
    apart = 0.0
    ((name, space),) = endpoint.takes.items()
    for n in (1, 8):
        inputs = np.asarray(space.from_public(space.request(n)))
        (expected,) = endpoint(**{name: inputs}).values()
        given = run(inputs)
        if given.shape != expected.shape:
            raise ValueError(
                f"Expected images of shape {expected.shape}. Received: images of "
                f"{path} of shape {given.shape}. Nothing was written."
            )
        apart = max(apart, float(np.abs(given - expected).max()))
    # `not <=` instead of `>`, because NaN must fail too.
    if not apart <= _TOLERANCE:
        raise ValueError(
            f"Expected the model's images, to {_TOLERANCE:g}. Received: images of "
            f"{path} that differ by up to {apart:.3g}. Nothing was written."
        )
    return apart


def _run_onnx(path: Path):
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    return lambda latents: session.run(None, {name: latents})[0]


def _run_litert(path: Path):
    interpreter = tf.lite.Interpreter(str(path))
    (latents_in,), (images_out,) = (
        interpreter.get_input_details(),
        interpreter.get_output_details(),
    )

    def run(latents: np.ndarray):
        interpreter.resize_tensor_input(latents_in["index"], latents.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(latents_in["index"], latents)
        interpreter.invoke()
        return interpreter.get_tensor(images_out["index"])

    return run


def _require(package: str):
    try:
        __import__(package)
    except ImportError as error:
        raise ImportError(
            f"Expected the package {package}, for ONNX. Received: {error}. Install it "
            "with: pip install 'kgan[onnx]'"
        ) from None


@contextlib.contextmanager
def _quiet():
    """A context without the converters' warnings about their future versions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
