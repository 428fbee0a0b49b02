import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core.keras_callbacks import check_callbacks
from kgan.models.began import Autoencoded
from tests.game_test_case import compiled, run_game_test

SHAPE = (10, 10, 1)


def build(**kwargs):
    given = {"latent_dim": 3, "hidden": 4, "width": 2, "seed": 0, **kwargs}
    return kgan.BEGAN(SHAPE, **given)


def test_began(tmp_path):
    # k moves far in the two steps that replicas are compared in.
    moving = functools.partial(build, k=0.25, lambda_k=2.0, stall_steps=1)
    run_game_test(moving, tmp_path, eagerly=True)


def test_discriminator_updates_on_fresh_examples():
    model = compiled(build, discriminator_steps=2)
    batch, _ = model.turns((tf.constant(images(6)),))
    np.testing.assert_array_equal(batch.real, images(6)[1::2])
    updates = [int(o.iterations) for o in (model.d_optimizer, model.g_optimizer)]
    assert updates == [2, 1]


def images(n=8, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (n, *SHAPE)).astype("float32")


def after(model, real, fake):
    """What a step does after the updates, where the losses were these; its logs."""
    model.reset_metrics()
    losses = (tf.constant(real), tf.constant(fake))
    model.steps.assign_add(1)
    model.after_step(Autoencoded(None, None, None, None, True, *losses), {})
    return {name: float(v) for name, v in model.terms.result().items()}


def test_k_over_ten_steps():
    model = build(lambda_k=0.5, k=0.2, gamma=0.6)
    # k + .5 (.6 L(x) - L(G(z))), by hand
    steps = [
        *((1.0, 0.4, 0.3), (1.0, 0.2, 0.5), (0.5, 0.2, 0.55), (0.5, 0.5, 0.45)),
        *((2.0, 0.2, 0.95), (2.0, 0.2, 1.0), (2.0, 1.0, 1.0), (0.5, 1.0, 0.65)),
        *((0.5, 2.0, 0.0), (1.0, 0.5, 0.05)),
    ]
    k = 0.2
    for real, fake, k_after in steps:
        logs = after(model, real, fake)
        assert logs["k"] == pytest.approx(k, abs=1e-6)
        assert (logs["l_real"], logs["l_fake"]) == pytest.approx((real, fake))
        assert logs["l_ratio"] == pytest.approx(fake / real)
        assert logs["balance"] == pytest.approx(0.6 * real - fake, abs=1e-6)
        m_global = real + abs(0.6 * real - fake)
        assert logs["m_global"] == pytest.approx(m_global)
        k = k_after
        assert float(model.k.value) == pytest.approx(k, abs=1e-6)


def test_logs_of_a_step():
    model = compiled(build, lambda_k=1.0, k=0.3, gamma=0.6)
    logs = {n: float(v) for n, v in model.train_step(tf.constant(images())).items()}
    real, fake = logs["l_real"], logs["l_fake"]
    assert logs["d_loss"] == pytest.approx(real - 0.3 * fake, abs=1e-6)
    assert logs["g_loss"] == pytest.approx(fake, abs=1e-6)
    k = min(max(0.3 + 0.6 * real - fake, 0.0), 1.0)
    assert float(model.k.value) == pytest.approx(k, abs=1e-6)


@pytest.mark.parametrize(("eta", "name"), [(1, "l1"), (2, "l2")])
def test_losses_are_those_before_the_updates(eta, name):
    model = compiled(build, reconstruction=name, k=0.5)
    before = model.discriminator.get_weights()
    batch, tape = model.record((tf.constant(images()),), "d", "g")
    for player in ("d", "g"):
        model.update(player, batch, tape)
    # What D lost before it changed.
    model.discriminator.set_weights(before)
    for examples, loss in (
        (batch.real, batch.real_loss),
        (batch.fake, batch.fake_loss),
    ):
        again = model.discriminator(examples).numpy()
        by_hand = np.mean(np.abs(examples.numpy() - again) ** eta)
        assert float(loss) == pytest.approx(by_hand, rel=1e-5)


def sgd():
    return keras.optimizers.SGD(0.1)


def test_generator_descends_the_loss_of_the_same_pass():
    """G's gradient goes through D as it was before D's update."""
    model = compiled(build, sgd, k=1.0)
    weights = [w.numpy() for w in model.generator.trainable_variables]
    batch, tape = model.record((tf.constant(images()),), "d", "g")
    with tf.GradientTape() as fresh:
        fake = model.generator(batch.latents)
        loss = tf.reduce_mean(tf.abs(fake - model.discriminator(fake)))
    variables = [w.value for w in model.generator.trainable_variables]
    gradients = fresh.gradient(loss, variables)
    for player in ("d", "g"):
        model.update(player, batch, tape)
    now = model.generator.trainable_variables
    for w, before, gradient in zip(now, weights, gradients, strict=True):
        np.testing.assert_allclose(w, before - 0.1 * gradient, atol=1e-6)


def test_with_k_at_0_d_is_a_plain_autoencoder():
    model = compiled(build, sgd, k=0.0, lambda_k=0.0)
    alone = keras.models.clone_model(model.discriminator)
    alone.set_weights(model.discriminator.get_weights())
    alone.compile(optimizer=sgd(), loss="mae")
    for i in range(4):
        batch = images(seed=i)
        model.turns((tf.constant(batch),))
        alone.train_on_batch(batch, batch)
    assert float(model.k.value) == 0.0
    for w, other in zip(model.discriminator.weights, alone.weights, strict=True):
        np.testing.assert_allclose(w, other, atol=1e-6)


def test_learning_rates_halve_where_m_global_stalls():
    model = compiled(build, lambda: keras.optimizers.SGD(1.0), stall_steps=2)
    rates = []
    # gamma L(x) = L(G(z)), so that M_global = L(x)
    for m_global in (0.5, 0.7, 0.2, 0.4, 0.1, 0.7, 0.2, 0.3, 0.4, 0.2):
        after(model, m_global, 0.5 * m_global)
        rates.append(float(model.g_optimizer.learning_rate))
    # The means of the windows: .6, .3, .4, .25 and .3
    assert rates == [1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]
    assert float(model.d_optimizer.learning_rate) == 0.25


def test_a_schedule_beside_stall_steps():
    model = build(stall_steps=2)
    with pytest.raises(ValueError, match=r"learning rates that are numbers.*schedule"):
        model.compile(schedules={"learning_rate": 1e-3})


def test_a_callback_that_sets_rates_beside_stall_steps():
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    model = compiled(build, lambda: keras.optimizers.SGD(1.0), stall_steps=2)
    with pytest.raises(ValueError, match=r"stall_steps.*LearningRateScheduler"):
        check_callbacks([halve], model.optimizer)
    check_callbacks([halve], compiled(build).optimizer)


def test_pictures_show_four_columns():
    pictures = build().pictures((images(9),), n=4)
    assert list(pictures) == ["generate", "autoencoded"]
    titles = ["real", "autoencoded real", "sample", "autoencoded sample"]
    assert list(pictures["autoencoded"].columns) == titles
    # 4 rows of 4 images of 10 pixels, with margins of 2
    assert pictures["autoencoded"].draw().shape == (50, 50, 1)
    without = build().pictures(None, n=4)["autoencoded"].columns
    assert list(without) == titles[2:]


def test_endpoints():
    model, batch = build(), images(5)
    model.generator.get_layer("to_image").bias.assign([5.0])
    # No output activation, but pixels are pixels.
    assert model.generate(2, seed=1).max() == 1.0
    assert model.endpoint("encode")(images=batch)["codes"].shape == (5, 4)
    scores = model.endpoint("score")(images=batch)["scores"]
    by_hand = np.abs(batch - model.discriminator(batch)).mean((1, 2, 3))
    np.testing.assert_allclose(scores, by_hand, rtol=1e-5)


def test_augmentation_comes_before_the_comparison():
    model = build()
    flipped = build(augment=flip)
    for a, b in zip(model.weights, flipped.weights, strict=True):
        b.assign(a)
    batch = model.play((tf.constant(images()),), training=True)
    mirrored = (tf.constant(images()[:, :, ::-1]),)
    other = flipped.play(mirrored, training=True)
    assert float(batch.real_loss) == pytest.approx(float(other.real_loss), rel=1e-5)


def test_discriminator_sees_pairs_in_one_pass():
    model, seen = build(), []

    def judge(examples, batch):
        seen.append(examples.numpy())
        return tf.reduce_mean(examples, (1, 2, 3))

    model.judge = judge
    batch = model.play((tf.constant(images(5)),), training=True)
    (both,) = seen
    # Rows of one replica's part stay together on any number of replicas.
    np.testing.assert_array_equal(both[0::2], images(5))
    np.testing.assert_array_equal(both[1::2], batch.fake)
    assert float(batch.real_loss) == pytest.approx(images(5).mean(), rel=1e-4)
    assert float(batch.fake_loss) == pytest.approx(batch.fake.numpy().mean(), rel=1e-4)


@keras.saving.register_keras_serializable("test")
def flip(examples):
    return tf.reverse(examples, [2])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gamma": 0.0}, r"gamma in \(0, 1\].*Received: gamma=0.0"),
        ({"gamma": 1.1}, r"gamma in \(0, 1\]"),
        ({"gamma": float("nan")}, r"gamma in \(0, 1\]"),
        ({"lambda_k": -0.1}, "lambda_k >= 0"),
        ({"lambda_k": float("inf")}, "lambda_k >= 0"),
        ({"k": float("nan")}, r"k in \[0, 1\].*Received: k=nan"),
        ({"k": 1.5}, r"k in \[0, 1\]"),
        ({"reconstruction": "l3"}, "reconstruction loss: l1, l2"),
        ({"stall_steps": 0}, "window >= 1"),
        ({"latent_dim": 0}, "latent_dim >= 1"),
        ({"hidden": 0}, "hidden >= 1"),
        ({"width": 0}, "width >= 1"),
        ({"residual_steps": -1}, "residual_steps >= 0"),
    ],
)
def test_bad_input(given, message):
    with pytest.raises(ValueError, match=message):
        build(**given)


def test_a_k_that_is_not_a_number_is_seen():
    model = build()
    logs = after(model, float("nan"), 1.0)
    assert "= nan and" in kgan.health.divergence(logs)
    # It does not turn into a number within [0, 1].
    assert np.isnan(float(model.k.value))
