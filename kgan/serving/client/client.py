"""Asks a served generator for images."""

from __future__ import annotations

import io
import itertools
import weakref
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from kgan.random import seeds
from kgan.serving.client import address as addresses
from kgan.serving.client.address import Address
from kgan.serving.client.retrying import ask
from kgan.serving.client.signature_defs import Signature
from kgan.system import image_files

_INT32 = np.iinfo("int32")
# Inputs of every signature of samples; all others are options.
_NO_OPTIONS = ("num_samples", "seed", "labels")


class Client:
    """A generator on a model server: TF Serving, or a server with the same protocol.

    The client connects at the first request. Threads may share it. Close its
    connections by `close()`, or use it in a `with` block.

    If the server is unavailable (not started yet, restarting, or its queue is full),
    the client asks again after pauses that double, see `kgan.serving.client.retrying`.
    An answer depends only on the request, so asking twice does no harm. The client does
    not ask again after other errors.

    All methods that ask the server raise `ServerError` if the server refuses the
    request, fails or cannot be reached; the `code` of the error says which.

    >>> client = kgan.serving.Client(
    ...     "localhost:8500", model="digits"
    ... )  # doctest: +SKIP
    >>> client.sample(16, seed=1).shape  # doctest: +SKIP
    (16, 28, 28, 1)

    Args:
        address: "host:port" for gRPC (TF Serving: port 8500), "http://host:port" for
            REST (port 8501). After a scheme ("http://", "https://" or "grpc://"), the
            address may also name the model: "/v1/models/NAME", and then "/versions/N"
            or "/labels/LABEL". gRPC is not encrypted.
        model: the name of the model on the server.
        version: a version number; default: the newest served version.
        label: a label instead of a version, such as "stable" or "canary".
        timeout: the largest number of seconds per request, all attempts included; over
            REST the last attempt may take longer while bytes keep arriving.
        retries: how often an unavailable server is asked again, at least 0.
        max_batch: the largest number of images per request. Larger requests are split,
            see `sample` and `generate`; give a version if the server may change to a
            newer version between the parts.

    Raises:
        ValueError: if `address` is not an address, if both a version and a label are
            given, or for numbers out of range.
        ImportError: if the packages of `pip install 'kgan[serving]'` are missing.
    """

    def __init__(
        self,
        address: str,
        model: str = "dcgan",
        version: int | None = None,
        label: str | None = None,
        timeout: float = 60.0,
        retries: int = 5,
        max_batch: int = 1024,
    ) -> None:
        self.address = addresses.parse(address, model, version, label)
        self._timeout = _positive("timeout", timeout)
        self._retries = _integer("retries", retries, 0)
        self._max_batch = _integer("max_batch", max_batch, 1)
        self._transport = _transport(self.address)
        self._has_png = None
        self._close = weakref.finalize(self, self._transport.close)

    def sample(
        self,
        num_samples: int | None = None,
        seed: int = 0,
        labels: Any = None,
        **options: Any,
    ) -> np.ndarray:
        """Images of latents that the server draws from the model's prior.

        The same seed gives the same images from every server, and from `generate` of
        the model in Python. For more than `max_batch` images this holds only for the
        first `max_batch`: a request can only name a seed, so the k-th block of
        `max_batch` images has another seed, `block_seed(seed, k)`. To get the images of
        the model in Python, draw the latents here and use `generate`:
        `client.generate(prior.sample((num_samples, latent_dim), seed))`, where `prior`
        is the prior of the model, such as `kgan.latents.get("normal")`.

        Over REST the images are sent as PNG files if the model has that signature: the
        pixels are the same, and JSON takes five times as long.

        Args:
            num_samples: the number of images, at least 1; not needed with labels.
            seed: a 32-bit integer.
            labels: of a model that takes them, the class of each image: whole numbers
                [num_samples]. The server refuses labels out of range.
            **options: arguments of the model that have a default, such as
                `truncation=0.7`: one number for all images, or [num_samples]. Images
                with options are not sent as PNG files.

        Returns:
            uint8 [num_samples, height, width, channels]; of a model of points, float32
            [num_samples, dimensions].

        Raises:
            ValueError: for numbers out of range, labels that are no whole numbers,
                another count of them, or options that the model does not have.
        """
        if options:
            blocks = self._blocks("sample_options", num_samples, seed, labels, options)
            return np.concatenate(blocks)
        if self.address.over_rest and self._makes_png():
            files = self.sample_png(num_samples, seed, labels)
            return np.stack([image_files.read(io.BytesIO(file)) for file in files])
        return np.concatenate(self._blocks("sample", num_samples, seed, labels))

    def sample_png(
        self, num_samples: int | None = None, seed: int = 0, labels: Any = None
    ) -> list[bytes]:
        """The images of `sample` as a list of PNG files, each `bytes`."""
        blocks = self._blocks("sample_png", num_samples, seed, labels)
        return [png for block in blocks for png in block.ravel()]

    def interpolate(
        self,
        seed_from: int,
        seed_to: int,
        steps: int = 8,
        path: str = "prior",
        labels: Any = None,
    ) -> np.ndarray:
        """Images from the first image of one seed to the first image of another seed.

        The images equal those of `interpolate` of the model in Python. This is one
        request, also for more than `max_batch` steps.

        Args:
            seed_from, seed_to: 32-bit integers.
            steps: the number of images, both ends included, at least 2.
            path: "linear", "spherical", or "prior" for the path that fits the prior of
                the model's latents.
            labels: of a model that takes them, one whole number for all images, or
                [steps].

        Returns:
            uint8 [steps, height, width, channels].
        """
        inputs = {
            "seed_from": _seed("seed_from", seed_from),
            "seed_to": _seed("seed_to", seed_to),
            "steps": np.int32(_integer("steps", steps, 2)),
            "path": path,
        }
        if labels is not None:
            inputs["labels"] = _labels(labels)
        return _only(self.predict("interpolate", inputs))

    def generate(self, latents: np.ndarray, labels: Any = None) -> np.ndarray:
        """Images of given latents.

        Latents are independent of each other. So requests of `max_batch` rows give the
        images of one large request, to the rounding of float32, which depends on the
        size of a batch.

        Args:
            latents: [n, latent_dim], n at least 1.
            labels: of a model that takes them, whole numbers [n].

        Returns:
            float32 [n, height, width, channels] in [-1, 1].

        Raises:
            ValueError: for latents of another shape, or another number of labels.
        """
        latents = np.asarray(latents, "float32")
        if latents.ndim != 2 or not len(latents):
            raise ValueError(
                "Expected latents of shape [n, latent_dim], n at least 1. "
                f"Received: latents of shape {latents.shape}."
            )
        inputs = {"latents": latents}
        if labels is not None:
            inputs["labels"] = _labels(labels, len(latents))
        size = self._max_batch
        rows = range(0, len(latents), size)
        parts = [{k: x[i : i + size] for k, x in inputs.items()} for i in rows]
        answers = [self.predict("serving_default", part) for part in parts]
        return np.concatenate([_only(answer) for answer in answers])

    def predict(self, signature: str, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        """Runs any signature of the model, as one request.

        Args:
            signature: the name of the signature.
            inputs: name -> array of the dtype that the signature has.

        Returns:
            name -> array; strings are `bytes` in an array of objects.
        """
        return self._ask(self._transport.predict, signature, inputs)

    def signatures(self) -> dict[str, Signature]:
        """The signatures of the model, by name.

        Each has `inputs` and `outputs`: name -> tensor with `dtype` and `shape`.
        """
        return self._ask(self._transport.signatures)

    def status(self) -> dict[int, tuple[str, str]]:
        """The versions of the model on the server: version -> (state, error message).

        The states are "START", "LOADING", "AVAILABLE", "UNLOADING" and "END".
        """
        return self._ask(self._transport.status)

    def close(self) -> None:
        """Closes the connections; this also happens when the client is deleted."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _makes_png(self):
        """Whether the model gives PNG files that have all channels."""
        if self._has_png is None:
            signatures = self.signatures()
            self._has_png = {"sample", "sample_png"} <= signatures.keys() and all(
                # A PNG file has only the first of two channels.
                tensor.shape is not None and tensor.shape[-1] != 2
                for tensor in signatures["sample"].outputs.values()
            )
        return self._has_png

    def _options(self, signature: str, options: dict[str, Any], count: int):
        """Each option of a signature, [count] or [1]; those that are not given, [0]."""
        if not options:
            return {}
        inputs = getattr(self.signatures().get(signature), "inputs", {})
        known = {k: t.dtype for k, t in inputs.items() if k not in _NO_OPTIONS}
        unknown = [name for name in options if name not in known]
        if unknown:
            raise ValueError(
                f"Expected options of the model: {', '.join(known) or 'it has none'}. "
                f"Received: {', '.join(unknown)}."
            )
        arrays = {k: np.atleast_1d(options.get(k, [])).astype(known[k]) for k in known}
        for name, array in arrays.items():
            if array.ndim != 1 or (name in options and len(array) not in (1, count)):
                raise ValueError(
                    f"Expected {name} as one number, or [{count}]. "
                    f"Received: shape {list(array.shape)}."
                )
        return arrays

    def _blocks(
        self,
        signature: str,
        num_samples: int | None,
        seed: int,
        labels: Any,
        options: dict[str, Any] | None = None,
    ):
        if labels is not None:
            labels = _labels(labels, num_samples)
            num_samples = len(labels)
        num_samples = _integer("num_samples", num_samples, 1)
        options = self._options(signature, options or {}, num_samples)
        seed = _seed("seed", seed)
        answers = []
        firsts = range(0, num_samples, self._max_batch)
        for first, of_block in zip(firsts, seeds.of_blocks(int(seed)), strict=False):
            stop = min(first + self._max_batch, num_samples)
            inputs = {"num_samples": np.int32(stop - first)}
            if labels is not None:
                inputs = {"labels": labels[first:stop]}
            inputs["seed"] = np.int32(of_block)
            for name, rows in options.items():
                inputs[name] = rows if len(rows) < 2 else rows[first:stop]
            answers.append(_only(self.predict(signature, inputs)))
        return answers

    def _ask(self, question: Callable[..., Any], *arguments: Any):
        def in_time(seconds: float):
            return question(*arguments, seconds)

        return ask(in_time, self._retries, self._timeout)


def block_seed(seed: int, k: int) -> int:
    """The seed of the k-th block of a sample that is too large for one request.

    It is the k-th seed of `kgan.random.seeds.of_blocks(seed)`, counted from 0.
    """
    return next(itertools.islice(seeds.of_blocks(seed), k, None))


def _transport(address: Address):
    if address.over_rest:
        from kgan.serving.client.over_rest import RestTransport

        return RestTransport(address)
    from kgan.serving.client.over_grpc import GrpcTransport

    return GrpcTransport(address)


def _only(answer: dict[str, np.ndarray]):
    """The only output of an answer; its name depends on the model."""
    (value,) = answer.values()
    return value


def _positive(name: str, value: float):
    if not value > 0:
        raise ValueError(f"Expected {name} > 0. Received: {name}={value!r}.")
    return float(value)


def _integer(name: str, value: Any, least: int, most: int = _INT32.max):
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not least <= value <= most:
        raise ValueError(
            f"Expected {name} as a whole number from {least} to {most}. "
            f"Received: {name}={value!r}."
        )
    return int(value)


def _labels(labels: Any, count: int | None = None):
    """Labels as int32 [count], [any number] without a count."""
    array = np.atleast_1d(labels)
    whole = array.ndim == 1 and array.size and array.dtype.kind in "iu"
    if not whole or count not in (None, len(array)):
        raise ValueError(
            f"Expected labels as whole numbers [{'n' if count is None else count}]. "
            f"Received: {array.dtype} {list(array.shape)}."
        )
    if array.min() < _INT32.min or array.max() > _INT32.max:
        raise ValueError(
            "Expected labels of 32 bits. Received: labels from "
            f"{array.min()} to {array.max()}."
        )
    return array.astype("int32")


def _seed(name: str, value: Any):
    return np.int32(_integer(name, value, _INT32.min))
