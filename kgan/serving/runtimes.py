"""The generator for runtimes other than TensorFlow: ONNX and LiteRT."""

import contextlib
import warnings
from pathlib import Path

import numpy as np
import tensorflow as tf

from kgan.files import atomic_file
from kgan.serving.export import check_trained

SUFFIXES = {"onnx": ".onnx", "litert": ".tflite"}
# What their float32 may differ by from TensorFlow's, of images in [-1, 1].
_TOLERANCE = 1e-4


def export_network(model, path, *, force=False):
    """Writes the (averaged) generator alone, `latents` -> images, as one file.

    Seeds stay behind: other runtimes have other random numbers. The file gets its name
    after its own runtime ran it on batches of 1 and 8 and gave the model's images, to
    1e-4.

    Args:
        model: a `GAN` in float32.
        path: the file to make; its suffix, .onnx or .tflite, says the format.
        force: export also what was never trained, or has NaN in its weights, unchecked.

    Returns:
        `path`, as a `Path`, and the largest difference that was seen.

    Raises:
        FileExistsError: if `path` exists.
        ImportError: without the packages of `pip install 'kgan[onnx]'`.
        ValueError: for another suffix or precision, an untrained or NaN model, or a
            file that does not give the model's images.
    """
    path = Path(path)
    formats = {suffix: name for name, suffix in SUFFIXES.items()}
    if path.suffix not in formats:
        raise ValueError(
            f"Expected a file that ends in {' or '.join(formats)}. Received: {path}."
        )
    if model.sampler.dtype_policy.name != "float32":
        raise ValueError(
            "Expected a generator in float32, which these formats need. Received: "
            f"{model.sampler.dtype_policy.name}. Load the run with that precision."
        )
    if path.exists() or path.is_symlink():
        raise FileExistsError(f"{path} exists, and nothing is overwritten.")
    if not force:
        check_trained(model)
    run = {"onnx": _run_onnx, "litert": _run_litert}[formats[path.suffix]]
    spec = tf.TensorSpec([None, model.latent_dim], tf.float32, "latents")
    with atomic_file(path) as partial, _quiet():
        _write(model.sampler, partial, formats[path.suffix], spec)
        apart = 0.0 if force else _check(model, run(partial), path)
    return path, apart


def _write(network, path, name, spec):
    if name == "onnx":
        _require("tf2onnx")
        _require("onnxruntime")
    network.export(str(path), format=name, verbose=False, input_signature=[spec])


def _check(model, run, path):
    """The largest difference between the file's images and the model's."""
    apart = 0.0
    for n in (1, 8):
        latents = np.asarray(model.latent_prior.sample((n, model.latent_dim), n))
        given, expected = run(latents), model.synthesize(latents)
        if given.shape != expected.shape:
            raise ValueError(
                f"Expected images of shape {expected.shape}. Received: {path} gives "
                f"{given.shape}. Nothing was written."
            )
        apart = max(apart, float(np.abs(given - expected).max()))
    # Also false for NaN.
    if not apart <= _TOLERANCE:
        raise ValueError(
            f"Expected the model's images to {_TOLERANCE:g}. Received: {path} gives "
            f"others, by up to {apart:.3g}. Nothing was written."
        )
    return apart


def _run_onnx(path):
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    return lambda latents: session.run(None, {name: latents})[0]


def _run_litert(path):
    interpreter = tf.lite.Interpreter(str(path))
    (latents_in,), (images_out,) = (
        interpreter.get_input_details(),
        interpreter.get_output_details(),
    )

    def run(latents):
        interpreter.resize_tensor_input(latents_in["index"], latents.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(latents_in["index"], latents)
        interpreter.invoke()
        return interpreter.get_tensor(images_out["index"])

    return run


def _require(package):
    try:
        __import__(package)
    except ImportError as error:
        raise ImportError(
            f"Expected the package {package}, for ONNX. Received: {error}. Install it "
            "with: pip install 'kgan[onnx]'"
        ) from None


@contextlib.contextmanager
def _quiet():
    """Without the converters' warnings about their own future."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
