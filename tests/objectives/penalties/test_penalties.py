"""Penalties by hand: the slope of a linear critic is known."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan import penalties
from kgan.core.gan import Batch
from tests.game_test_case import in_float64, step

WEIGHTS = np.array([[3.0], [4.0]], "float32")


def linear_critic(kernel=WEIGHTS):
    critic = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(1, use_bias=False)]
    )
    critic.set_weights([kernel])
    return critic


def points_gan(discriminator=None, **kwargs):
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    discriminator = discriminator or linear_critic()
    return kgan.GAN(generator, discriminator, seed=0, **kwargs)


def value_of(penalty, model=None, training=True):
    model = model or points_gan(penalties=[penalty])
    rng = np.random.default_rng(0)
    real, fake = (tf.constant(rng.normal(size=(6, 2)), tf.float32) for _ in range(2))
    batch = Batch(real, fake, None, None, training)
    judged = model.judged(real, batch), model.judged(fake, batch)
    return float(model.penalties[0](model, batch, *judged)), batch, model


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [
        # |grad D| = |w| = 5 everywhere
        (penalties.GradientPenalty(10.0), 10 * (5 - 1) ** 2),
        (penalties.GradientPenalty(0.1, one_sided=True), 0.1 * (5 - 1) ** 2),
        (penalties.DRAGAN(10.0), 10 * (5 - 1) ** 2),
        (penalties.R1(2.0), 2 / 2 * 25),
        (penalties.R2(0.5), 0.5 / 2 * 25),
        (penalties.Lazy(penalties.R1(2.0), every=4, merged=True), 4 * 25),
        (penalties.Lazy("r2", every=3), 3 * 25 / 2),
    ],
)
def test_a_linear_critic(penalty, expected):
    assert value_of(penalty)[0] == pytest.approx(expected, rel=1e-5)


def test_one_sided_penalty_is_free_below_1():
    model = points_gan(
        linear_critic(WEIGHTS / 10),
        penalties=penalties.GradientPenalty(one_sided=True),
    )
    assert value_of(None, model)[0] == 0.0
    model.penalties[0].one_sided = False
    assert value_of(None, model)[0] == pytest.approx(10 * (0.5 - 1) ** 2, rel=1e-5)


def test_per_entry_by_hand():
    """A linear D of two pixels and of a vector: each has a norm of its own."""
    parts = {"pixels": keras.Input((2, 2), name="pixels")}
    parts["vector"] = keras.Input((3,), name="vector")
    both = [keras.layers.Flatten()(x) for x in parts.values()]
    logits = keras.layers.Dense(1)(keras.layers.Concatenate()(both))
    critic = keras.Model(parts, logits)
    # Of the pixels |(3, 4)| = 5 and |(0, 2)| = 2, of the vector |(2, 1, 2)| = 3
    kernel = np.float32([[3, 4, 0, 2, 2, 1, 2]]).T
    critic.set_weights([kernel, np.zeros(1)])
    examples = {"pixels": tf.ones((4, 2, 2)), "vector": tf.ones((4, 3))}
    judged = penalties.Judged(critic, examples)
    pixels, vector = judged.entry_norms()
    np.testing.assert_allclose(pixels, [[5, 2]] * 4, rtol=1e-6)
    np.testing.assert_allclose(vector, [3] * 4, rtol=1e-6)
    watched = {}

    class Game:
        draws = points_gan().draws
        watch = watched.update
        images_seen = 0

        def judged(self, examples, batch):
            return penalties.Judged(critic, examples)

    batch = Batch(examples, examples, None, None, True)
    for per_entry, expected, slope in (
        # (4^2 + 1^2) / 2 + 2^2, and the mean of 3.5 and 3
        (True, 12.5, 3.25),
        # |kernel| = sqrt(38)
        (False, (38**0.5 - 1) ** 2, 38**0.5),
    ):
        penalty = penalties.GradientPenalty(2.0, per_entry=per_entry)
        value = penalty(Game(), batch, judged, judged)
        assert float(value) == pytest.approx(2 * expected, rel=1e-5)
        assert float(watched["slope"]) == pytest.approx(slope, rel=1e-5)
        copy = penalties.get(keras.saving.serialize_keras_object(penalty))
        assert copy.get_config() == penalty.get_config()


def test_a_constant_critic_has_a_finite_gradient():
    critic = linear_critic(np.zeros((2, 1), "float32"))
    model = points_gan(critic, penalties="gradient_penalty")
    with tf.GradientTape() as tape:
        rng = np.random.default_rng(0)
        x = tf.constant(rng.normal(size=(6, 2)), tf.float32)
        batch = Batch(x, -x, None, None, True)
        judged = model.judged(x, batch), model.judged(-x, batch)
        loss = model.penalties[0](model, batch, *judged)
    slope = tape.gradient(loss, critic.trainable_variables[0])
    assert np.isfinite(slope.numpy()).all()
    assert float(loss) == pytest.approx(10.0, rel=1e-4)


def test_points_between_real_examples_and_fakes():
    model = points_gan(penalties="gradient_penalty")
    real, fake = tf.zeros((64, 2)), tf.ones((64, 2))
    points = model.penalties[0].points(model, Batch(real, fake, None, None, True))
    points = points.numpy()
    np.testing.assert_array_equal(points[:, 0], points[:, 1])
    assert 0.0 <= points.min() < 0.2
    assert 0.8 < points.max() <= 1.0


def test_points_around_real_examples():
    model = points_gan(penalties="dragan")
    rng = np.random.default_rng(0)
    real = rng.normal(scale=2.0, size=(500, 2)).astype("float32")
    batch = Batch(tf.constant(real), None, None, None, True)
    moved = model.penalties[0].points(model, batch).numpy() - real
    # e u sd / 2, e and u in [0, 1): from 0 to sd / 2, sd / 8 in the mean
    assert moved.min() >= 0.0
    assert moved.max() <= real.std() / 2
    assert moved.mean() == pytest.approx(real.std() / 8, rel=0.1)


def test_approximate_penalties_of_a_linear_critic():
    # (D(x) - D(x + s e))^2 / s^2 = (w . e)^2, in the mean |w|^2 = 25
    for kind in (penalties.ApproximateR1, penalties.ApproximateR2):
        model = points_gan(penalties=kind(gamma=2.0, sigma=0.1))
        values = [value_of(None, model)[0] for _ in range(200)]
        assert np.mean(values) == pytest.approx(25.0, rel=0.1)


def noisy_gan(noise, **kwargs):
    if noise == "augment":
        return points_gan(augment=keras.layers.GaussianNoise(1.0, seed=0), **kwargs)
    critic = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dropout(0.5, seed=0),
            keras.layers.Dense(1, use_bias=False),
        ]
    )
    critic.set_weights([WEIGHTS])
    return points_gan(critic, **kwargs)


@pytest.mark.parametrize("noise", ["dropout", "augment"])
@pytest.mark.parametrize("lazy", [False, True])
def test_approximate_penalties_see_noise_once(noise, lazy):
    """Both passes have the same dropout and augmentation."""
    penalty = penalties.ApproximateR1(sigma=1e-3)
    model = noisy_gan(noise, penalties=penalties.Lazy(penalty) if lazy else penalty)
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
    value = step(model, np.zeros((8, 2), "float32") + 1)["d/approximate_r1"][0]
    # (2 w . e)^2 / 2 at most, in the mean; noise would make it 1e5.
    assert 0.0 < value / (16 if lazy else 1) < 500.0


def test_noise_goes_on_after_a_pass_that_repeats_it():
    model = noisy_gan("dropout")
    x = tf.ones((8, 2))
    judged = model.judged(x, Batch(x, x, None, None, True))
    seeds = [v.numpy() for v in model._seed_states()]
    np.testing.assert_array_equal(judged.again(x), judged.logits)
    for seed, variable in zip(seeds, model._seed_states(), strict=True):
        np.testing.assert_array_equal(variable, seed)


def test_weights_follow_the_images_seen():
    fall = kgan.schedules.Linear(4.0, 0.0, images=100)
    model = points_gan(penalties=penalties.R1(fall))
    assert value_of(None, model)[0] == pytest.approx(4 / 2 * 25)
    model.images.assign(50)
    assert value_of(None, model)[0] == pytest.approx(2 / 2 * 25)
    loaded = penalties.get(keras.saving.serialize_keras_object(model.penalties[0]))
    assert float(loaded.gamma(50)) == 2.0


def test_weights_follow_the_images_seen_in_float64():
    with in_float64():
        fall = kgan.schedules.Linear(4.0, 0.0, images=100)
        model = points_gan(penalties=penalties.R1(fall))
        x = tf.zeros((4, 2), "float64")
        batch = Batch(x, x, None, None, True)
        judged = model.judged(x, batch)
        value = model.penalties[0](model, batch, judged, judged)
        assert float(value) == pytest.approx(4 / 2 * 25)


def test_lecam_by_hand():
    model = points_gan(penalties=penalties.LeCam(weight=2.0, decay=0.5))
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
    x = np.array([[1.0, 0.0], [-1.0, 0.0]], "float32")
    # D(x) = 3, -3; the anchors are 0
    real = model.judged(tf.constant(x), Batch(None, None, None, None, True))
    value = model.penalties[0](model, None, real, real)
    assert float(value) == pytest.approx(2.0 * (9 / 2 + 9 / 2))
    history = step(model, x + np.float32(1.0))
    # Mean D(x) = (3 + 4) over x + 1; at step 1 the anchor keeps min(.5, 2 / 11)
    anchors = {name: float(state.value) for name, state in model.states.items()}
    keep = 2 / 11
    assert anchors["lecam_real"] == pytest.approx((1 - keep) * 7.0, rel=1e-5)
    fake = history["lecam_fake"][0]
    assert anchors["lecam_fake"] == pytest.approx((1 - keep) * fake, rel=1e-5)


class Mirror(keras.layers.Layer):
    def call(self, x):
        return -x


def test_consistency_by_hand():
    penalty = penalties.Consistency(weight=0.5, transformation=Mirror())
    value, batch, _ = value_of(penalty)
    # D(x) - D(-x) = 2 w x
    expected = sum(np.mean((2 * x.numpy() @ WEIGHTS) ** 2) for x in batch[:2])
    assert value == pytest.approx(0.5 * expected, rel=1e-5)


def test_logits_of_several_scales_are_summed():
    inputs = keras.Input((2,))
    dense = keras.layers.Dense(1, use_bias=False)
    critic = keras.Model(inputs, [dense(inputs), 2.0 * dense(inputs)])
    dense.set_weights([WEIGHTS])
    x = tf.zeros((3, 2))
    norms = penalties.Judged(critic, x).norms()
    np.testing.assert_allclose(norms, 3 * 5.0, rtol=1e-6)


class TestLazy:
    def test_own_step(self):
        """By SGD: at steps 0 and 2 the critic goes down 2 R1, and nowhere else."""
        lazy = penalties.Lazy(penalties.R1(1.0), every=2)
        model = points_gan(penalties=lazy, loss="wasserstein")
        model.compile(keras.optimizers.SGD(0.03), keras.optimizers.SGD(0.0))
        rate = 0.03 * 2 / 3
        assert float(model.d_optimizer.learning_rate) == pytest.approx(rate)
        # G says (1, 0) whatever it is asked.
        kernel = np.zeros((2, 2)), np.array([1.0, 0.0])
        model.generator.set_weights(kernel)
        x = np.zeros((4, 2), "float32")
        w = WEIGHTS.astype("float64")
        for i in range(3):
            history = step(model, x)
            # The loss is D(G(z)) - D(x) = w_0.
            w = w - rate * np.array([[1.0], [0.0]])
            if i % 2 == 0:
                r1 = 2 * (w**2).sum() / 2
                assert history["d/r1"][0] == pytest.approx(r1, rel=1e-5)
                # Its gradient is 2 w.
                w = w - rate * 2 * w
            else:
                assert history["d/r1"][0] == 0.0
            found = model.discriminator.get_weights()[0]
            np.testing.assert_allclose(found, w, rtol=1e-5)

    def test_adam_is_adapted_and_the_config_is_not(self):
        model = points_gan(penalties=penalties.Lazy("r1", every=16))
        adams = [keras.optimizers.Adam(1e-3, 0.5, 0.99) for _ in range(2)]
        model.compile(*adams)
        c = 16 / 17
        d, g = model.d_optimizer, model.g_optimizer
        assert float(d.learning_rate) == pytest.approx(c * 1e-3)
        assert (d.beta_1, d.beta_2) == pytest.approx((0.5**c, 0.99**c))
        assert float(g.learning_rate) == pytest.approx(1e-3)
        config = model.get_compile_config()["d_optimizer"]["config"]
        assert config["learning_rate"] == pytest.approx(1e-3)
        assert config["beta_1"] == 0.5

    def test_compiled_again_is_adapted_once(self):
        model = points_gan(penalties=penalties.Lazy("r1", every=3))
        model.compile(*[keras.optimizers.Adam(1e-3, 0.5) for _ in range(2)])
        model.compile(model.d_optimizer, model.g_optimizer)
        d = model.d_optimizer
        assert float(d.learning_rate) == pytest.approx(0.75e-3)
        assert d.beta_1 == 0.5**0.75
        config = model.get_compile_config()["d_optimizer"]["config"]
        assert config["learning_rate"] == pytest.approx(1e-3)
        assert config["beta_1"] == 0.5

    def test_several_count(self):
        """In 4 updates, D makes 2 more."""
        two = [penalties.Lazy("r1", every=4), penalties.Lazy("r2", every=4)]
        model = points_gan(penalties=two)
        model.compile(*[keras.optimizers.SGD(0.3) for _ in range(2)])
        assert float(model.d_optimizer.learning_rate) == pytest.approx(0.3 * 4 / 6)

    def test_after_each_update_of_a_step(self):
        """With two updates of D in a step, D pays as often as without Lazy."""
        lazy = penalties.Lazy(penalties.R1(1.0), every=2)
        model = points_gan(penalties=lazy, discriminator_steps=2, loss="hinge")
        model.compile(keras.optimizers.SGD(0.03), keras.optimizers.SGD(0.0))
        model.generator.set_weights([np.zeros((2, 2)), np.zeros(2)])
        step(model, np.zeros((4, 2), "float32"))
        # The loss has no slope here, and each update multiplies by 1 - rate 2.
        expected = WEIGHTS * (1 - 0.03 * 2 / 3 * 2) ** 2
        np.testing.assert_allclose(model.discriminator.get_weights()[0], expected, 1e-5)

    def test_embeddings(self):
        """Their gradients are IndexedSlices."""
        x = keras.Input((2,))
        label = keras.layers.Embedding(2, 2)(keras.ops.cast(x[:, 0] > 0, "int32"))
        y = keras.layers.Dense(1)(keras.ops.concatenate([x, label], -1) ** 2)
        critic = keras.Model(x, y)
        model = points_gan(critic, penalties=penalties.Lazy("lecam", every=2))
        model.compile(*[keras.optimizers.SGD(0.1) for _ in range(2)])
        assert np.isfinite(step(model, np.ones((4, 2), "float32"))["d/lecam"][0])

    def test_merged_counts_once_in_evaluation(self):
        lazy = penalties.Lazy(penalties.R1(2.0), every=4, merged=True)
        model = points_gan(penalties=lazy)
        for steps in (4, 5):
            model.steps.assign(steps)
            assert value_of(None, model, training=False)[0] == pytest.approx(25.0)

    def test_bad_input(self):
        for every in (0, 2.5, -1):
            with pytest.raises(ValueError, match="every k-th step"):
                penalties.Lazy("r1", every=every)
        lazy = penalties.Lazy("r1")
        with pytest.raises(ValueError, match="that is lazy"):
            penalties.Lazy(lazy)
        two = [lazy, penalties.Lazy("r2", every=4)]
        with pytest.raises(ValueError, match=r"one interval.*\[4, 16\]"):
            points_gan(penalties=two).compile()


class TestBadInput:
    def test_unknown(self):
        with pytest.raises(ValueError, match="Did you mean"):
            penalties.get("r3")
        with pytest.raises(ValueError, match="arguments of the penalty 'r1'"):
            penalties.get({"name": "r1", "gama": 1.0})

    def test_out_of_range(self):
        for make, message in (
            (lambda: penalties.R1(-1.0), "gamma >= 0"),
            (lambda: penalties.GradientPenalty(float("nan")), "weight >= 0"),
            (lambda: penalties.ApproximateR1(sigma=0.0), "sigma > 0"),
            (lambda: penalties.LeCam(decay=1.0), r"decay in \[0, 1\)"),
        ):
            with pytest.raises(ValueError, match=message):
                make()

    def test_twice(self):
        with pytest.raises(ValueError, match="different names"):
            points_gan(penalties=["r1", penalties.R1(3.0)])

    def test_loss_that_leaves_penalties_out(self):
        class Own(kgan.GAN):
            def discriminator_loss(self, batch):
                return {"mine": tf.reduce_mean(self.judge(batch.real, batch))}

        g = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
        model = Own(g, linear_critic(), penalties="r1")
        model.compile()
        with pytest.raises(ValueError, match="terms without 'r1'"):
            step(model, np.zeros((4, 2), "float32"))

    def test_loss_that_does_not_tell_lecam_its_logits(self):
        class Own(kgan.GAN):
            def discriminator_loss(self, batch):
                return {"mine": tf.reduce_mean(self.judge(batch.real, batch))}

        g = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
        model = Own(g, linear_critic(), penalties=penalties.Lazy("lecam"))
        model.compile()
        with pytest.raises(ValueError, match=r"call `self\.charges"):
            step(model, np.zeros((4, 2), "float32"))

    def test_transformation_that_is_no_layer(self):
        with pytest.raises(ValueError, match="Layer as transformation"):
            penalties.Consistency(transformation="flip")

    def test_critic_without_a_gradient(self):
        with pytest.raises(ValueError, match="without such a gradient"):
            penalties.Judged(lambda x: tf.round(x), tf.ones((2, 2))).slopes()
