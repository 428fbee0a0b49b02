"""Asking a served generator for images."""

import io
import itertools
import weakref

import numpy as np

from kgan import images, seeds
from kgan.serving.client import address as addresses
from kgan.serving.client.retrying import ask

_INT32 = np.iinfo("int32")


class Client:
    """A generator on a model server (TF Serving, or what speaks its protocol).

    Made with an address it connects at the first call. It may be shared by threads, and
    closes its connections by `close()` or at the end of a `with` block.

    A server that is unavailable (not yet started, restarting, its queue full) is asked
    again after pauses that double, see `kgan.serving.client.retrying`. Answers depend
    on the request alone: asking twice does no harm. Other errors are not retried.

    Args:
        address: "host:port" for gRPC (TF Serving: 8500), "http://host:port" for REST
            (8501). With a scheme ("grpc://" is one) it may name the model as well:
            "/v1/models/NAME", then "/versions/N" or "/labels/LABEL" or neither. gRPC
            goes unencrypted.
        model: the model's name on the server.
        version: its version number; default: the newest that is served.
        label: instead of a version, a label such as "stable" or "canary".
        timeout: seconds that a request may take, retries included; over REST the last
            attempt may exceed it while bytes keep arriving.
        retries: how often an unavailable server is asked again.
        max_batch: the most images in one request; larger ones are split, see `sample`
            and `generate`. Name a version if the server may change to a newer one
            between the parts.

    Raises:
        ValueError: for what is no address, or both a version and a label.
        ImportError: if the packages of `pip install 'kgan[serving]'` are not there.

    All methods that ask the server raise `ServerError` when it refuses, fails or cannot
    be reached; its `code` says which.
    """

    def __init__(
        self,
        address,
        model="dcgan",
        version=None,
        label=None,
        timeout=60.0,
        retries=5,
        max_batch=1024,
    ):
        self.address = addresses.parse(address, model, version, label)
        self._timeout = _positive("timeout", timeout)
        self._retries = _integer("retries", retries, 0)
        self._max_batch = _integer("max_batch", max_batch, 1)
        self._transport = _transport(self.address)
        self._has_png = None
        self._close = weakref.finalize(self, self._transport.close)

    def sample(self, num_samples, seed=0):
        """Images of latents that the server draws from the model's prior.

        The same seed gives the same images from every server, and those of
        `GAN.generate`. Of more than `max_batch` this holds for the first `max_batch`:
        a request says nothing of its latents but a seed, so that the k-th block of
        `max_batch` images is that of another seed, `block_seed(seed, k)`. For those of
        `GAN.generate` draw the latents here and use `generate`, which can be split:
        `client.generate(prior.sample((num_samples, latent_dim), seed))`, where `prior`
        is `kgan.latents.get("normal")` or what the model was made with.

        Over REST the images travel as PNG files, where the model makes them: the same
        pixels, in a fifth of the time that JSON takes.

        Args:
            num_samples: how many, at least 1.
            seed: a 32-bit integer.

        Returns:
            uint8 [num_samples, height, width, channels]; float32 points from a model of
            points.
        """
        if self.address.over_rest and self._makes_png():
            files = self.sample_png(num_samples, seed)
            return np.stack([images.read(io.BytesIO(file)) for file in files])
        return np.concatenate(self._blocks("sample", num_samples, seed))

    def sample_png(self, num_samples, seed=0):
        """The images of `sample` as a list of PNG files, each `bytes`."""
        blocks = self._blocks("sample_png", num_samples, seed)
        return [png for block in blocks for png in block.ravel()]

    def interpolate(self, seed_from, seed_to, steps=8):
        """Images on the way from the first image of one seed to that of another.

        In one request whatever `max_batch` is.

        Returns:
            uint8 [steps, height, width, channels].
        """
        inputs = {
            "seed_from": _seed("seed_from", seed_from),
            "seed_to": _seed("seed_to", seed_to),
            "steps": np.int32(_integer("steps", steps, 2)),
        }
        return _only(self.predict("interpolate", inputs))

    def generate(self, latents):
        """Images of latents.

        Latents are independent of each other: split into requests of `max_batch` rows
        they give the images of one request, to the rounding of float32, which depends
        on the size of a batch.

        Args:
            latents: [n, latent_dim], n at least 1.

        Returns:
            float32 [n, height, width, channels] in [-1, 1].
        """
        latents = np.asarray(latents, "float32")
        if latents.ndim != 2 or not len(latents):
            raise ValueError(
                "Expected latents of shape [n, latent_dim], n at least 1. "
                f"Received: latents of shape {latents.shape}."
            )
        rows = range(0, len(latents), self._max_batch)
        parts = [latents[i : i + self._max_batch] for i in rows]
        answers = [self.predict("serving_default", {"latents": p}) for p in parts]
        return np.concatenate([_only(answer) for answer in answers])

    def predict(self, signature, inputs):
        """Runs any signature of the model, as one request.

        Args:
            signature: its name.
            inputs: dict name -> array, of the dtype that the signature has.

        Returns:
            dict name -> array; strings are `bytes` in an array of objects.
        """
        return self._ask(self._transport.predict, signature, inputs)

    def signatures(self):
        """The model's signatures: dict name -> `.inputs`, `.outputs`, each a dict name
        -> `.dtype`, `.shape`."""
        return self._ask(self._transport.signatures)

    def status(self):
        """The model's versions on the server: dict version -> (state, error message).

        States are "START", "LOADING", "AVAILABLE", "UNLOADING" and "END".
        """
        return self._ask(self._transport.status)

    def close(self):
        """Closes the connections; done also when nothing holds the client any more."""
        self._close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _makes_png(self):
        """Whether PNG files are to be had, and show all channels: of two, one."""
        if self._has_png is None:
            signatures = self.signatures()
            self._has_png = {"sample", "sample_png"} <= signatures.keys() and all(
                tensor.shape is not None and tensor.shape[-1] != 2
                for tensor in signatures["sample"].outputs.values()
            )
        return self._has_png

    def _blocks(self, signature, num_samples, seed):
        num_samples = _integer("num_samples", num_samples, 1)
        seed = _seed("seed", seed)
        answers = []
        firsts = range(0, num_samples, self._max_batch)
        for first, of_block in zip(firsts, seeds.of_blocks(int(seed)), strict=False):
            inputs = {
                "num_samples": np.int32(min(self._max_batch, num_samples - first)),
                "seed": np.int32(of_block),
            }
            answers.append(_only(self.predict(signature, inputs)))
        return answers

    def _ask(self, question, *arguments):
        def in_time(seconds):
            return question(*arguments, seconds)

        return ask(in_time, self._retries, self._timeout)


def block_seed(seed, k):
    """The seed of the k-th block of a sample that is too large for one request: the
    k-th of `kgan.seeds.of_blocks`."""
    return next(itertools.islice(seeds.of_blocks(seed), k, None))


def _transport(address):
    if address.over_rest:
        from kgan.serving.client.over_rest import RestTransport

        return RestTransport(address)
    from kgan.serving.client.over_grpc import GrpcTransport

    return GrpcTransport(address)


def _only(answer):
    """The one output: "images", or what a model of something else calls its own."""
    (value,) = answer.values()
    return value


def _positive(name, value):
    if not value > 0:
        raise ValueError(f"Expected {name} > 0. Received: {name}={value!r}.")
    return float(value)


def _integer(name, value, least, most=_INT32.max):
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not least <= value <= most:
        raise ValueError(
            f"Expected {name} as a whole number from {least} to {most}. "
            f"Received: {name}={value!r}."
        )
    return int(value)


def _seed(name, value):
    return np.int32(_integer(name, value, _INT32.min))
