"""What an exported model can be asked for.

A signature is a function of tensors, its inputs, and how to ask it. Those of a
generator of latents are `of_generator`; a model of another kind overrides
`GAN.serving_signatures` with its own, made of the parts in `kgan.serving.graph`:

    def serving_signatures(self, limit):
        def sample_class(num_samples, seed, label):
            n = at_most(num_samples, limit, "num_samples")
            ...
            return {"images": as_uint8(images)}

        inputs = scalars("num_samples", "seed", "label")
        return {"sample_class": Signature(sample_class, inputs, request)}
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from kgan import images as library_images
from kgan import latents as paths
from kgan.serving.graph import (
    BLOCK,
    as_png,
    as_uint8,
    at_most,
    finite,
    in_blocks,
    rows_at_most,
    scalar,
    scalars,
)


class Signature(NamedTuple):
    """One thing to ask for.

    Attributes:
        function: tensors by name -> dict of tensors. Traced once; the graph may hold
            neither Python, nor Keras, nor XLA.
        inputs: dict name -> `tf.TensorSpec`.
        request: n -> dict name -> array, a request for n examples. The export's warm-up
            and its check ask this.
        refused: requests that have to fail, checked with the export.
        live: what the model answers in Python, arrays by name -> dict of arrays; None:
            what `function` gives. The export has to give the same.
    """

    function: Callable[..., dict[str, Any]]
    inputs: dict[str, tf.TensorSpec]
    request: Callable[[int], dict[str, Any]]
    refused: tuple[dict[str, Any], ...] = ()
    live: Callable[..., dict[str, Any]] | None = None

    @property
    def batchable(self):
        """Whether a server may merge requests: all inputs have a free batch size."""
        shapes = [spec.shape for spec in self.inputs.values()]
        return all(s.rank is not None and s.rank > 0 and s[0] is None for s in shapes)


def of_generator(model, limit):
    """The signatures of a model of latents: dict name -> `Signature`.

    - `serving_default`: `latents` float32 [batch, latent_dim] -> `images` float32
      [batch, *image_shape] in [-1, 1]. Batchable.
    - `sample`: `num_samples`, `seed` -> `images` uint8 [num_samples, *image_shape],
      those of `model.generate(num_samples, seed)`.
    - `sample_png`: the same -> `png_bytes`, strings [num_samples].
    - `interpolate`: `seed_from`, `seed_to`, `steps` -> `images` uint8 [steps,
      *image_shape], along the prior's path.

    Scalars are int32. Where examples are points, [d], they are called `images` all the
    same, for one client to fit all; they stay float32, and there is no PNG.

    A seed gives the same latents everywhere. The network's rounding depends on the
    processor's instructions: on others, a few values in a million of uint8 images
    differ by one level.

    Args:
        model: a `GAN`.
        limit: the most examples in an answer; a request for more is refused.
    """
    parts = _Generator(model, limit)
    signatures = {
        "serving_default": parts.serving_default(),
        "sample": parts.sample(),
        "interpolate": parts.interpolate(),
    }
    if parts.is_image and model.image_shape[-1] <= 4:
        signatures["sample_png"] = parts.sample_png()
    return signatures


class _Generator:
    """A model's parts in a graph."""

    def __init__(self, model, limit):
        self.model = model
        self.limit = limit
        self.is_image = len(model.image_shape) == 3
        spec = tf.TensorSpec([None, model.latent_dim], keras.backend.floatx())
        # One function: each signature calls it, and the network is stored once.
        self.synthesize = tf.function(self._synthesize, [spec], autograph=False)

    def _synthesize(self, latents):
        samples = self.model.sampler(latents, training=False)
        return tf.ensure_shape(
            tf.cast(samples, tf.float32), [None, *self.model.image_shape]
        )

    def draw(self, n, seed):
        return self.model.latent_prior.sample((n, self.model.latent_dim), seed)

    def published(self, latents):
        """What leaves the library of `latents`: uint8 images, or points."""
        if self.is_image:
            samples = in_blocks(
                lambda rows: as_uint8(self.synthesize(rows)), latents, dtype=tf.uint8
            )
        else:
            samples = in_blocks(self.synthesize, latents)
        # What a loop makes has no shape to tell clients of.
        return tf.ensure_shape(samples, [None, *self.model.image_shape])

    def serving_default(self):
        d = self.model.latent_dim

        def serving_default(latents):
            latents = tf.ensure_shape(latents, [None, d])
            latents = rows_at_most(latents, self.limit, "latents")
            latents = finite(latents, "latents")
            latents = tf.cast(latents, keras.backend.floatx())
            return {"images": self.synthesize(latents)}

        def request(n):
            return {"latents": np.asarray(self.draw(n, n), "float32")}

        def live(latents):
            return {"images": self.model.synthesize(latents)}

        wide = np.zeros((1, d + 1), "float32")
        refused = ({"latents": wide}, {"latents": np.full((1, d), np.nan, "float32")})
        inputs = {"latents": tf.TensorSpec([None, d], tf.float32)}
        return Signature(serving_default, inputs, request, refused, live)

    def _samples(self, num_samples, seed):
        n = at_most(num_samples, self.limit, "num_samples")
        return self.published(self.draw(n, scalar(seed)))

    def _live_samples(self, num_samples, seed):
        samples = self.model.generate(int(num_samples), int(seed), batch_size=BLOCK)
        return library_images.to_uint8(samples) if self.is_image else samples

    def sample(self):
        def sample(num_samples, seed):
            return {"images": self._samples(num_samples, seed)}

        def live(num_samples, seed):
            return {"images": self._live_samples(num_samples, seed)}

        return Signature(sample, *self._sample_requests(), live)

    def sample_png(self):
        def sample_png(num_samples, seed):
            pngs = as_png(self._samples(num_samples, seed))
            return {"png_bytes": tf.ensure_shape(pngs, [None])}

        def live(num_samples, seed):
            pngs = as_png(self._live_samples(num_samples, seed))
            return {"png_bytes": pngs.numpy()}

        return Signature(sample_png, *self._sample_requests(), live)

    def _sample_requests(self):
        """Inputs, request and what is refused."""

        def request(n, seed=1):
            return {"num_samples": np.int32(n), "seed": np.int32(seed)}

        numbers = (0, -1, self.limit + 1, 10_000_000)
        refused = tuple(request(n) for n in numbers if not 1 <= n <= self.limit)
        return scalars("num_samples", "seed"), request, refused

    def interpolate(self):
        path = self.model.latent_prior.path

        def interpolate(seed_from, seed_to, steps):
            steps = at_most(steps, self.limit, "steps", least=2)
            start, end = (self.draw(1, scalar(s))[0] for s in (seed_from, seed_to))
            start, end = (tf.cast(z, tf.float32) for z in (start, end))
            latents = paths.walk(start, end, steps, path)
            latents = tf.cast(latents, keras.backend.floatx())
            return {"images": self.published(latents)}

        def live(seed_from, seed_to, steps):
            start, end = (self.draw(1, int(s))[0] for s in (seed_from, seed_to))
            latents = paths.interpolate(start, end, int(steps), path)
            samples = self.model.synthesize(latents, batch_size=BLOCK)
            if self.is_image:
                samples = library_images.to_uint8(samples)
            return {"images": samples}

        def request(n):
            return {
                "seed_from": np.int32(1),
                "seed_to": np.int32(2),
                "steps": np.int32(max(n, 2)),
            }

        refused = (request(2) | {"steps": np.int32(1)}, request(self.limit + 1))
        inputs = scalars("seed_from", "seed_to", "steps")
        return Signature(interpolate, inputs, request, refused, live)
