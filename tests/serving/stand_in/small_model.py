"""A SavedModel of the signatures of an exported generator, small enough to check.

G(z) = tanh(z W), of 6x4 pixels, with z of 5 standard normal numbers.
"""

import numpy as np
import tensorflow as tf

LATENT_DIM = 5
IMAGE_SHAPE = (6, 4, 1)
LIMIT = 64


def images(version, num_samples, seed):
    """uint8 images that version `version` of the model has to give, by NumPy."""
    z = _latents(num_samples, seed).numpy()
    return to_uint8(np.tanh(z @ weights(version)).reshape(-1, *IMAGE_SHAPE))


def weights(version):
    rng = np.random.default_rng(version)
    return rng.normal(size=(LATENT_DIM, np.prod(IMAGE_SHAPE))).astype("float32")


def to_uint8(images):
    return np.round((np.asarray(images) + 1.0) * 127.5).astype("uint8")


def write(path, version):
    """Writes a version of the model as a SavedModel."""
    model = _SmallModel(version)
    signatures = {
        "serving_default": model.generate,
        "sample": model.sample,
        "sample_png": model.sample_png,
        "interpolate": model.interpolate,
        "echo": model.echo,
    }
    tf.saved_model.save(model, str(path), signatures)


def _scalar(name):
    return tf.TensorSpec([], tf.int32, name=name)


class _SmallModel(tf.Module):
    def __init__(self, version):
        super().__init__()
        self.weights = tf.Variable(weights(version))

    def _images(self, z):
        return tf.reshape(tf.tanh(z @ self.weights), (-1, *IMAGE_SHAPE))

    def _uint8(self, z):
        return tf.cast(tf.round((self._images(z) + 1.0) * 127.5), tf.uint8)

    @tf.function(
        input_signature=[tf.TensorSpec([None, LATENT_DIM], tf.float32, "latents")]
    )
    def generate(self, latents):
        return {"images": self._images(latents)}

    @tf.function(input_signature=[_scalar("num_samples"), _scalar("seed")])
    def sample(self, num_samples, seed):
        fits = (num_samples >= 1) & (num_samples <= LIMIT)
        sentence = f"Expected num_samples from 1 to {LIMIT}. Received: num_samples="
        with tf.control_dependencies(
            [tf.debugging.Assert(fits, [sentence, num_samples])]
        ):
            num_samples = tf.identity(num_samples)
        return {"images": self._uint8(_latents(num_samples, seed))}

    @tf.function(input_signature=[_scalar("num_samples"), _scalar("seed")])
    def sample_png(self, num_samples, seed):
        images = self.sample(num_samples, seed)["images"]
        pngs = tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string)
        return {"png_bytes": pngs}

    @tf.function(
        input_signature=[
            _scalar("seed_from"),
            _scalar("seed_to"),
            _scalar("steps"),
            tf.TensorSpec([], tf.string, "path"),
        ]
    )
    def interpolate(self, seed_from, seed_to, steps, path):
        tf.debugging.Assert(path == "prior", ["Expected path='prior'.", path])
        start, end = _latents(1, seed_from), _latents(1, seed_to)
        t = tf.linspace(0.0, 1.0, steps)[:, None]
        return {"images": self._uint8((1.0 - t) * start + t * end)}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, "file_bytes"),
            tf.TensorSpec([None, 2], tf.float32, "point"),
        ]
    )
    def echo(self, file_bytes, point):
        # What exported generators do not have: strings in, two outputs.
        return {"file_bytes": file_bytes, "length": tf.norm(point, axis=1)}


def _latents(num_samples, seed):
    key = tf.stack([seed, 0])
    return tf.random.stateless_normal([num_samples, LATENT_DIM], key, alg="philox")
