"""A cache of its own, and a GAN of tiny networks."""

import shutil

import keras
import pytest
import tensorflow as tf

import kgan
from tests.game_test_case import as_new


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache directory."""
    monkeypatch.setenv("KGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def model():
    """A GAN whose average is another network than its generator."""
    return as_new(gan)


def gan():
    made = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, ema_decay=0.9, seed=0)
    for network, scale in ((made.generator, 20.0), (made.ema_generator, 30.0)):
        for weight in network.trainable_weights:
            weight.assign(weight * scale)
    made.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return made


class Served(tf.Module):
    """The signatures of an export, for a GAN."""

    def __init__(self, model):
        super().__init__()
        network = model.sampler
        self.kept = [variable.value for variable in network.variables]

        def image(seed, count):
            seeds = tf.stack([seed, 0])
            z = tf.random.stateless_uniform([count, model.latent_dim], seeds, -1.0, 1.0)
            made = network(z, training=False)
            levels = tf.clip_by_value(tf.round((made + 1.0) * 127.5), 0.0, 255.0)
            return {"images": tf.cast(levels, tf.uint8)}

        number = tf.TensorSpec([], tf.int32)
        self.sample = tf.function(
            lambda num_samples, seed: image(seed, num_samples),
            input_signature=[number, number],
        )
        self.interpolate = tf.function(
            lambda seed_from, seed_to, steps, path: image(seed_from + seed_to, steps),
            input_signature=[number, number, number, tf.TensorSpec([], tf.string)],
        )


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / "1"
    module = Served(gan())
    signatures = {"sample": module.sample, "interpolate": module.interpolate}
    tf.saved_model.save(module, str(path), signatures)
    return path


@pytest.fixture
def export(exported, tmp_path):
    """The path of an exported version with the signatures of sampling."""
    path = tmp_path / "export" / "dcgan" / "1"
    shutil.copytree(exported, path)
    return path
