"""What every GAN of kgan must pass."""

import json
import subprocess
import sys

import keras
import numpy as np
import tensorflow as tf

import kgan


def run_gan_test(build, tmp_path):
    """Checks a model from every side.

    Args:
        build: (**kwargs) -> an uncompiled GAN with tiny networks; the same weights each
            time.
        tmp_path: an empty directory.
    """
    check_step(build)
    check_sides_are_separate(build)
    check_evaluation_changes_nothing(build)
    check_keras_round_trip(build, tmp_path)
    check_replicas(build)
    check_export(build, tmp_path)


def two_replicas():
    # The one that train.py would use: the collectives of another have the same keys.
    return kgan.distribute.strategy("cpu:2")


def batch_for(model, n=8, seed=0):
    shape = (n, *model.image_shape)
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def compiled(build, optimizer=None, **kwargs):
    model = build(**kwargs)
    make = optimizer or (lambda: keras.optimizers.Adam(1e-3, beta_1=0.5))
    model.compile(make(), make())
    return model


def check_step(build):
    model = compiled(build, ema_decay=0.9)
    images = batch_for(model)
    logs = model.train_on_batch(images, return_dict=True)
    assert {"d_loss", "g_loss"} <= logs.keys()
    assert "loss" not in logs
    assert all(np.isfinite(v) for v in logs.values()), logs
    samples = model.generate(5, seed=1)
    assert samples.shape == (5, *model.image_shape)
    np.testing.assert_array_equal(samples, model.generate(5, seed=1))
    assert np.abs(samples - model.generate(5, seed=2)).max() > 0


def check_sides_are_separate(build):
    model = compiled(build)
    batch = tf.constant(batch_for(model))
    tape = tf.GradientTape()
    with tape:
        played = model.play((batch, None), training=True)
    g_before = values(model.generator)
    model._update_discriminator(played)
    assert same(g_before, values(model.generator))
    d_before = values(model.discriminator)
    model._update_generator(played, tape)
    assert same(d_before, values(model.discriminator))
    assert not same(g_before, values(model.generator))


def check_evaluation_changes_nothing(build):
    model = compiled(build)
    images = batch_for(model)
    before = [v.numpy() for v in model.variables]
    first = model.evaluate(images, batch_size=8, verbose=0, return_dict=True)
    changed = [
        v.path
        for v, old in zip(model.variables, before, strict=True)
        if not np.array_equal(v.numpy(), old) and v is not model.test_seeds.state
    ]
    assert not changed
    assert {"d_loss", "g_loss"} <= first.keys()


def check_keras_round_trip(build, tmp_path):
    model = compiled(build, ema_decay=0.9)
    images = batch_for(model)
    model.train_on_batch(images)
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    assert json.dumps(loaded.get_config()) == json.dumps(model.get_config())
    for saved, restored in zip(_everything(model), _everything(loaded), strict=True):
        np.testing.assert_array_equal(saved.numpy(), restored.numpy(), saved.path)
    # Both go on alike: slots, seeds and average came along.
    model.train_on_batch(images)
    loaded.train_on_batch(images)
    for saved, restored in zip(_everything(model), _everything(loaded), strict=True):
        np.testing.assert_array_equal(saved.numpy(), restored.numpy(), saved.path)


def _everything(model):
    return model.variables + model.d_optimizer.variables + model.g_optimizer.variables


def check_replicas(build):
    """Two replicas compute what one computes: with noise, dropout, average, k = 2."""
    one = _trained(build)
    with two_replicas().scope():
        two = _trained(build)
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_allclose(b.numpy(), a.numpy(), 1e-12, 1e-15, err_msg=a.path)


def _trained(build, steps=3):
    """A model after some steps, in float64: rounding cannot hide a mistake."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        model = compiled(build, ema_decay=0.9, discriminator_steps=2)
        model.fit(
            tf.data.Dataset.from_tensors(batch_for(model)).repeat(steps), verbose=0
        )
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
    return model


_SERVE = """
import sys, numpy as np
sys.modules["keras"] = None  # importing it would fail
import tensorflow as tf
serve = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
z = np.load(sys.argv[2])
(answer,) = serve(latents=tf.constant(z)).values()  # images or points
np.save(sys.argv[3], answer.numpy())
"""


def check_export(build, tmp_path):
    model = build()
    path = model.export(tmp_path / "export" / "1", force=True)
    z = np.random.default_rng(0).normal(size=(3, model.latent_dim)).astype("float32")
    files = [str(tmp_path / name) for name in ("z.npy", "images.npy")]
    np.save(files[0], z)
    command = [sys.executable, "-c", _SERVE, str(path), *files]
    subprocess.run(command, check=True, timeout=120)
    expected = model.sampler(z, training=False)
    np.testing.assert_array_equal(np.load(files[1]), expected)


def values(network):
    return [v.numpy() for v in network.weights]


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
