import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from tests.game_test_case import batch_for, check_steps, compiled, run_game_test


def build(**kwargs):
    return kgan.ACGAN(
        (16, 16, 1), classes=3, latent_dim=4, width=2, embedding=3, seed=0, **kwargs
    )


def test_steps():
    check_steps(build)


@pytest.mark.slow
def test_acgan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True, endpoints=False)


def test_losses_by_hand():
    """Both sides pay -log P(y), D on real examples and on fakes."""
    model = build(class_weight=0.5)
    compiled(lambda: model)
    images, labels = batch_for(model)
    batch = model.play((images, labels), training=False)

    def surprise(examples):
        _, classes = model.discriminator(examples, training=False)
        p = keras.ops.softmax(classes).numpy()
        return -np.log(p[np.arange(len(labels)), labels]).mean()

    real, fake = surprise(batch.real), surprise(batch.fake)
    d, g = model.discriminator_loss(batch), model.generator_loss(batch)
    np.testing.assert_allclose(d["classes"], 0.5 * (real + fake), rtol=1e-5)
    np.testing.assert_allclose(g["classes"], 0.5 * fake, rtol=1e-5)
    model.classify_fakes = False
    d = model.discriminator_loss(batch)
    np.testing.assert_allclose(d["classes"], 0.5 * real, rtol=1e-5)
    logits, _ = model.discriminator(batch.fake, training=False)
    softplus = np.log1p(np.exp(-logits.numpy())).mean()
    np.testing.assert_allclose(g["adversarial"], softplus, rtol=1e-5)


def test_penalties_are_of_the_logits_alone():
    """R1 is of D's first output: the logits of classes do not enter."""
    model = build(penalties="r1", normalization=None)
    images, labels = batch_for(model)
    batch = model.play((images, labels), training=False)
    judged = model.judged(batch.real, batch)
    x = tf.constant(batch.real)
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits, _ = model.discriminator(x)
    slope = tape.gradient(logits, x)
    np.testing.assert_allclose(judged.slopes(), slope, rtol=1e-5, atol=1e-8)
