"""Samples of a model, here and on a server."""

import functools

import keras
import numpy as np
import tensorflow as tf

from kgan import seeds
from kgan.checks import check_seed


class Sampled(keras.Model):
    """A model whose samples a generator makes of latents.

    Subclasses have `generator`, `ema_generator` (or None) and `latent_prior`.
    """

    @property
    def latent_dim(self):
        """The number of coordinates of z."""
        return self.generator.input_shape[-1]

    @property
    def sampler(self):
        """The network of samples: the averaged generator if there is one."""
        return self.generator if self.ema_generator is None else self.ema_generator

    def call(self, latents, training=False):
        """Latents [batch, latent_dim] -> samples [batch, *image_shape]."""
        return self.sampler(latents, training=training)

    def generate(self, n, seed=None, batch_size=256):
        """Samples from the (averaged) generator.

        Args:
            n: how many.
            seed: 32-bit integer; the same seed gives the same samples, here and from an
                exported model on a server. None draws new ones.
            batch_size: how many at a time.

        Returns:
            NumPy float32 array [n, *image_shape], images in [-1, 1].

        Raises:
            ValueError: if n is below 1, or the seed is no 32-bit integer.
        """
        if n < 1:
            raise ValueError(f"Expected n >= 1. Received: n={n}.")
        # The seed itself is the key, as in an exported graph, which cannot hash it.
        seed = next(seeds.stream(None)) if seed is None else check_seed(seed)
        latents = self.latent_prior.sample((n, self.latent_dim), seed)
        return self.synthesize(latents, batch_size)

    def synthesize(self, latents, batch_size=256):
        """What the (averaged) generator makes of given latents.

        On the process's first device, without a word to other machines, so that one of
        them may call it.

        Args:
            latents: array [n, latent_dim].
            batch_size: how many at a time.

        Returns:
            NumPy float32 array [n, *image_shape], images in [-1, 1].
        """
        latents = tf.cast(latents, keras.backend.floatx())
        parts = [
            self._synthesize(latents[i : i + batch_size]).numpy()
            for i in range(0, len(latents), batch_size)
        ]
        return np.concatenate(parts).astype("float32")

    def export(self, filepath, **kwargs):
        """Writes the (averaged) generator for TF Serving, and checks it.

        Args:
            filepath: the directory to make, such as "export/dcgan/1".
            **kwargs: see `kgan.serving.export_generator`.

        Raises:
            FileExistsError: if `filepath` exists. Nothing is overwritten.
            ValueError: if the model is untrained or its weights are not finite, or the
                export does not do what the model does. Nothing is left behind.
        """
        from kgan.serving import export_generator

        return export_generator(self, filepath, **kwargs)

    def serving_signatures(self, limit):
        """What a server can be asked for: dict name -> `kgan.serving.Signature`.

        A model that takes more than latents, such as labels or images, overrides this.

        Args:
            limit: the most examples that one request may ask for.
        """
        from kgan.serving import signatures

        return signatures.of_generator(self, limit)

    @functools.cached_property
    def _synthesize(self):
        # Traced once for all numbers of them, as exports are.
        latents = tf.TensorSpec([None, self.latent_dim], keras.backend.floatx())
        return tf.function(self.call, input_signature=[latents], autograph=False)
