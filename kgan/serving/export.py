"""Writing a generator as a SavedModel."""

from pathlib import Path

import tensorflow as tf

from kgan.files import new_directory


def export_generator(model, path):
    """Writes the (averaged) generator of `model` as a SavedModel without Keras in it.

    Its signature `serving_default` takes `latents`, float32 [batch, latent_dim], and
    gives `images`, float32 [batch, *image_shape] in [-1, 1].

    Args:
        model: a `GAN`.
        path: the directory to make. TF Serving wants export/<name>/<version number>.

    Returns:
        `path`, as a `Path`.

    Raises:
        FileExistsError: if `path` exists.
        ValueError: if a weight is not finite.
    """
    _check_finite(model.sampler)
    module = tf.Module()
    # Only the variables: tracking the Keras model too would store them twice.
    module.variables_ = [v.value for v in model.sampler.variables]

    def serve(latents):
        return {"images": tf.cast(model.sampler(latents, training=False), tf.float32)}

    spec = tf.TensorSpec([None, model.latent_dim], tf.float32, name="latents")
    module.serve = tf.function(serve, input_signature=[spec], autograph=False)
    path = Path(path)
    with new_directory(path) as partial:
        tf.saved_model.save(module, str(partial), {"serving_default": module.serve})
    return path


def next_version(base):
    """The path of the next version in a TF Serving model base path: `base`/1, 2, ..."""
    base = Path(base)
    numbers = [int(p.name) for p in base.glob("*") if p.name.isdigit()]
    return base / str(max(numbers, default=0) + 1)


def _check_finite(network):
    for weight in network.weights:
        if not bool(tf.reduce_all(tf.math.is_finite(weight.value))):
            raise ValueError(
                "Expected a generator of finite weights. Received: NaN or infinity in "
                f"{weight.path}: the training diverged. Nothing was written."
            )
