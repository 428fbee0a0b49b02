"""Weights of networks, from files of arrays."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

ENVIRONMENT = "KGAN_WEIGHTS"


def path_of(file: str, path: str | Path | None = None) -> Path:
    """Returns the path of a file of weights.

    Args:
        file: the name of the file in the folder that the environment variable
            KGAN_WEIGHTS names.
        path: another place of the file; None: that folder.

    Raises:
        ValueError: if there is no such file, or no path and no folder.
    """
    folder = os.environ.get(ENVIRONMENT)
    if path is None and not folder:
        raise ValueError(
            f"Expected the path of {file}, or its folder in the environment variable "
            f"{ENVIRONMENT}. Received: neither. Give the path after the name of the "
            "extractor, as in NAME:PATH, or set the variable."
        )
    path = Path(path if path is not None else Path(folder, file)).expanduser()
    if not path.is_file():
        raise ValueError(
            f"Expected a file of weights. Received: {path}, which does not exist. "
            f"Give the path of {file}, or set {ENVIRONMENT} to its folder."
        )
    return path


def load_arrays(
    network: keras.Model,
    path: Path,
    convert: Callable[[str, np.ndarray], tuple[str, np.ndarray]] | None = None,
    sha256: str | None = None,
) -> str:
    """Loads the weights of a network from an .npz file.

    The weight `kernel` of the layer `conv1` is the array `conv1_kernel` or
    `conv1/kernel`.

    Args:
        network: a built `keras.Model`.
        path: of the file.
        convert: function of (name, array) of the file -> (name, array) of the network.
        sha256: the sha256 that the file must have; None accepts any file.

    Returns:
        The sha256 of the file.

    Raises:
        ValueError: if the file has another sha256, is no .npz file of arrays, or has
            the weights of another network; the message names the first array that is
            missing or does not fit.
    """
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if sha256 not in (None, digest):
        raise ValueError(
            f"Expected {path} with the sha256 {sha256}. Received: the sha256 {digest}; "
            "the file is damaged. Install kgan again."
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = dict((convert or _same)(k, stored[k]) for k in stored.files)
    except (ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        why = str(error).splitlines()[0].rstrip(".")
        if not zipfile.is_zipfile(io.BytesIO(content)):
            why = "another kind of file"
        raise ValueError(
            "Expected an .npz file of arrays without pickled objects. Received: "
            f"{path} ({why}). Choose the file of {network.name}."
        ) from None
    weights = {weight.path.replace("/", "_"): weight for weight in network.weights}
    for name, weight in weights.items():
        found = arrays[name].shape if name in arrays else "no such array"
        if found != tuple(weight.shape):
            raise ValueError(
                f"Expected the weights of {network.name}, with {name} of shape "
                f"{tuple(weight.shape)}. Received: {path}, with {found}. Choose the "
                f"file of {network.name}."
            )
    others = sorted(arrays.keys() - weights.keys())
    if others:
        raise ValueError(
            f"Expected the weights of {network.name} alone. Received: {path}, with "
            f"{', '.join(others[:3])} too. Choose the file of {network.name}."
        )
    for name, weight in weights.items():
        weight.assign(arrays[name].astype("float32"))
    return digest


def _same(name: str, array: np.ndarray):
    return name.replace("/", "_"), array
