import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.models.stylegan2 import StyleBatch, auto
from kgan.spaces.images import to_uint8
from tests.derivatives import along
from tests.game_test_case import (
    batch_for,
    compiled,
    everything,
    in_float64,
    run_game_test,
    step,
)


def build(**kwargs):
    sizes = {"latent_dim": 4, "style_dim": 4, "channel_base": 16, "depth": 1}
    settings = {"r1_every": 2, "path_every": 2, "group": 2, "gamma": 0.5, **kwargs}
    return kgan.StyleGAN2((8, 8, 1), **sizes, **settings, seed=0)


def test_stylegan2(tmp_path):
    """Replicas with labels and ADA; `test_states_are_saved_and_exported` exports."""
    augment = {"name": "ada", "p": 0.3, "every": 1, "policy": "b", "seed": 0}
    replicas = {"classes": 3, "augment": augment}
    # Penalties are due in every other step.
    run_game_test(build, tmp_path, True, endpoints=False, steps=2, **replicas)


# The path length


class Linear(kgan.StyleGAN2):
    """Whose g is images = A (w_1 + ... + w_L), so that J is known."""

    def images_of(self, styles, noise, training=False, network=None):
        w = tf.reduce_sum(styles, axis=1)
        return tf.reshape(w @ self.matrix, [-1, *self.image_shape])


def linear(**kwargs):
    sizes = {"latent_dim": 4, "style_dim": 4, "channel_base": 16, "depth": 1}
    model = Linear((8, 8, 1), **sizes, gamma=0, seed=0, **kwargs)
    matrix = np.random.default_rng(0).normal(size=(4, 64)).astype("float32")
    model.matrix = tf.constant(matrix)
    return model, matrix


def test_path_length_of_a_linear_generator():
    """|J^T y|, of each layer A y / sqrt(64), for the y that the model drew."""
    model, matrix = linear()
    drawn = []

    class Known:
        def normal(self, shape):
            drawn.append(np.random.default_rng(1).normal(size=shape).astype("float32"))
            return tf.constant(drawn[-1])

    model.draws = Known()
    lengths = model.path_lengths(tf.zeros([5, model.layers_of_styles, 4])).numpy()
    y = drawn[0].reshape(5, 64) / math.sqrt(64)
    # The mean over the layers of equal squares is one of them.
    np.testing.assert_allclose(lengths, np.linalg.norm(y @ matrix.T, axis=1), rtol=1e-5)


def test_mean_square_of_the_path_length_in_closed_form():
    """E|A y / sqrt(n)|^2 = |A|_F^2 / n."""
    model, matrix = linear()
    lengths = model.path_lengths(tf.zeros([4000, model.layers_of_styles, 4])).numpy()
    expected = (matrix**2).sum() / 64
    np.testing.assert_allclose((lengths**2).mean(), expected, rtol=0.03)


def test_path_loss_and_its_running_mean():
    """k weight E[(length - a)^2], and a <- a + decay (E length - a) where it is due."""
    model = build(path_every=2, path_weight=3.0, path_decay=0.25, gamma=0)
    model.path_mean.assign(2.0)
    lengths = tf.constant([1.0, 3.0, 5.0, 7.0])
    model.path_lengths = lambda styles: lengths + 0.0 * tf.reduce_sum(styles)
    batch = model.play((tf.constant(batch_for(model)),), training=True)
    loss, watched = model.path_loss(batch)
    np.testing.assert_allclose(loss, 2 * 3.0 * np.mean([1.0, 1.0, 9.0, 25.0]))
    np.testing.assert_allclose(watched["path_length"], 4.0)
    model.compile("sgd", "sgd")
    model.run_eagerly = True
    means = []
    for _ in range(3):
        logs = step(model, batch_for(model))
        means.append(float(model.path_mean.value))
    # Due at steps 0 and 2: 2 + (4 - 2) / 4 = 2.5, then 2.5 + (4 - 2.5) / 4.
    np.testing.assert_allclose(means, [2.5, 2.5, 2.875])
    np.testing.assert_allclose(logs["path_length"], [4.0])


def test_path_gradient_is_that_of_finite_differences():
    """Of G's weights, through the second gradient, in float64."""
    with in_float64():
        model = build()
        model.path_mean.assign(0.1)
        styles = tf.constant(np.random.default_rng(0).normal(size=(2, 4, 4)))
        seed = model.draws.seeds.state.numpy()

        def penalty():
            model.draws.seeds.state.assign(seed)
            return tf.reduce_mean((model.path_lengths(styles) - 0.1) ** 2)

        # Noise counts too.
        for layer in model.generator.get_layer("synthesis").layers:
            if hasattr(layer, "strength"):
                layer.strength.assign(0.3)
        variables = model.generator.get_layer("synthesis").trainable_variables
        rng = np.random.default_rng(2)
        ways = [rng.normal(size=v.shape) for v in variables]
        claimed, measured = along(penalty, variables, ways, 1e-5)
    np.testing.assert_allclose(claimed, measured, rtol=1e-6)
    assert abs(claimed) > 1e-3


def test_r1_through_ada_is_that_of_finite_differences():
    """With all of ADA's changes at p = 1/2, in float64."""
    with in_float64():
        augment = {"name": "ada", "p": 0.5, "target": None, "seed": 0}
        model = build(augment=augment)
        images = tf.constant(batch_for(model, 4, seed=3), "float64")
        batch = model.play((images,), training=True)
        seeds = [(v, v.numpy()) for v in model._seed_states()]
        variables = model.discriminator.trainable_variables

        def penalty():
            for variable, value in seeds:
                variable.assign(value)
            judged = model.judged(images, batch)
            return 0.5 * tf.reduce_mean(judged.squared_norms())

        rng = np.random.default_rng(2)
        ways = [rng.normal(size=v.shape) for v in variables]
        claimed, measured = along(penalty, variables, ways, 1e-6)
    # A layer may be float32 inside: to single precision.
    np.testing.assert_allclose(claimed, measured, rtol=2e-3)
    assert abs(claimed) > 1e-6


# Styles


def test_mean_of_w_after_n_steps():
    """w_mean <- d w_mean + (1 - d) E[w], by hand."""
    model = build(style_decay=0.75, path_weight=0.0, gamma=0)
    w = tf.constant([[1.0, 2.0, 3.0, 4.0], [3.0, 2.0, 1.0, 0.0]])
    batch = StyleBatch(None, None, None, None, True, w)
    for _ in range(3):
        model.after_step(batch, {})
    # 1 - 0.75^3 of the mean [2, 2, 2, 2].
    np.testing.assert_allclose(model.w_mean.value, 2.0 * (1 - 0.75**3), rtol=1e-6)


def test_mixing_changes_from_a_layer_on():
    model = build(mixing=1.0)
    rows, layers = 64, model.layers_of_styles
    w = tf.zeros([rows, 4])
    mixed = model.mixed(w).numpy()
    own = np.all(mixed == 0.0, axis=2)
    # The first layer has the styles of the first latent, the last those of the second.
    assert own[:, 0].all() and not own[:, -1].any()
    assert (np.diff(own.astype(int), axis=1) <= 0).all()
    assert {*own.sum(axis=1)} == {1, 2, 3} and layers == 4
    other = mixed[0][~own[0]]
    np.testing.assert_array_equal(other, np.repeat(other[:1], len(other), axis=0))
    never = build(mixing=0.0).mixed(w).numpy()
    np.testing.assert_array_equal(never, 0.0)
    half = build(mixing=0.5).mixed(tf.zeros([400, 4])).numpy()
    share = np.any(half != 0.0, axis=(1, 2)).mean()
    np.testing.assert_allclose(share, 0.5, atol=0.1)


def test_truncation_to_0_gives_one_image_and_to_1_none_of_it():
    model = build()
    model.w_mean.assign([1.0, -1.0, 0.5, 2.0])
    images = model.generate(4, seed=1, truncation=0.0)
    np.testing.assert_array_equal(images, np.repeat(images[:1], 4, axis=0))
    mean = model.endpoint("synthesis")(styles=np.float32([[1.0, -1.0, 0.5, 2.0]]))
    np.testing.assert_allclose(images[:1], mean["images"], atol=1e-6)
    whole = model.generate(4, seed=1)
    np.testing.assert_array_equal(model.generate(4, seed=1, truncation=1.0), whole)
    w = model.endpoint("styles").sample(2, seed=1, truncation=[0.5, 1.0])["styles"]
    full = model.endpoint("styles").sample(2, seed=1)["styles"]
    np.testing.assert_allclose(w[0], (full[0] + model.w_mean.value) / 2, rtol=1e-5)
    np.testing.assert_array_equal(w[1], full[1])


def noisy():
    model = build()
    for layer in model.generator.get_layer("synthesis").layers:
        if hasattr(layer, "strength"):
            layer.strength.assign(0.5)
    return model


def test_noise_of_a_model_that_is_asked():
    """The same each time; a strength of 0 is none."""
    model = noisy()
    one, again = (model.generate(2, seed=1) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    none = model.generate(2, seed=1, noise=0.0)
    assert np.abs(none - one).max() > 1e-3
    w = model.endpoint("styles").sample(2, seed=1)["styles"]
    count = model.generator.inputs[-1].shape[1]
    by_hand = np.clip(model.images_of(w, np.zeros((2, count), "float32")), -1, 1)
    np.testing.assert_allclose(none, by_hand, atol=1e-6)


def test_styles_of_two_seeds():
    model = build()
    one, other = (model.generate(1, seed)[0] for seed in (5, 6))
    mixed = model.mix([5, 5], [6, 5])
    np.testing.assert_allclose(mixed, [other, one], atol=1e-6)
    # At one layer: by the network itself.
    w = [model.endpoint("styles").sample(1, s)["styles"] for s in (5, 6)]
    styles = np.repeat(w[0][:, None], model.layers_of_styles, axis=1)
    styles[:, 2] = 0.75 * w[0] + 0.25 * w[1]
    by_hand = np.clip(model.images_of(styles, model.usual_noise([1.0])), -1, 1)
    at_one = model.mix([5], [6], first=2, last=2, share=0.25)
    np.testing.assert_allclose(at_one, by_hand, atol=1e-5)
    # A line in w, with both ends.
    line = model.mix([5] * 3, [6] * 3, share=[0.0, 0.5, 1.0])
    np.testing.assert_allclose(line[::2], [one, other], atol=1e-6)


def test_a_projection_finds_its_own_image():
    model = build()
    target = model.generate(2, seed=3)
    found = model.project(target, steps=40, pixels=1.0, seed=0)
    start = model.project(target, steps=1, pixels=1.0, seed=0)
    assert found.styles.shape == (2, 4) and found.images.shape == target.shape
    assert (found.distances < 0.5 * start.distances).all()
    # The images are those of the styles, and one image does not depend on the others.
    again = model.endpoint("synthesis")(styles=found.styles)["images"]
    np.testing.assert_allclose(found.images, again, atol=1e-5)
    each = model.project(target, steps=2, each_layer=True)
    assert each.styles.shape == (2, 4, 4)


def test_perceptual_path_length_of_a_model():
    value = build().perceptual_path_length(20, seed=0)["perceptual_path_length"]
    assert value.value > 0 and "epsilon 0.0001" in value.how


# Saving


def test_states_are_saved_and_exported(tmp_path):
    """The mean of w, that of the lengths, and ADA's p."""
    augment = {"name": "ada", "p": 0.25, "images": 100, "policy": "b"}
    model = compiled(build, augment=augment, ema_half_life=100.0)
    # The graph of a step takes longer than the step.
    model.run_eagerly = True
    step(model, batch_for(model))
    model.w_mean.assign([0.5, 0.25, -1.0, 2.0])
    model.path_mean.assign(0.75)
    model.augment.p.assign(0.375)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.w_mean.value, [0.5, 0.25, -1.0, 2.0])
    assert float(loaded.path_mean.value) == 0.75
    assert float(loaded.augment.p) == 0.375
    for a, b in zip(everything(model), everything(loaded), strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
    path = model.export(tmp_path / "export" / "1", limit=8)
    with kgan.serving.ServingSession(path) as session:
        numbers = {"num_samples": np.int32(3), "seed": np.int32(2)}
        none, psi = np.zeros([0], "float32"), np.float32([0.25])
        options = {"noise": none, "truncation": psi}
        made = session.run("sample_options", numbers | options)["images"]
        expected = to_uint8(model.generate(3, seed=2, truncation=0.25))
        np.testing.assert_array_equal(made, expected)
        usual = session.run(
            "sample_options", numbers | {"noise": none, "truncation": none}
        )
        np.testing.assert_array_equal(
            usual["images"], session.run("sample", numbers)["images"]
        )
        with pytest.raises(tf.errors.InvalidArgumentError, match="truncation psi"):
            session.run("sample_options", numbers | options | {"truncation": -psi})
        pair = {"seeds": np.int32([1]), "seeds_to": np.int32([2])}
        layers = {"first": np.int32([1]), "last": np.int32([2])}
        mixed = session.run("mix", pair | layers)["images"]
        np.testing.assert_array_equal(mixed, to_uint8(model.mix([1], [2], 1, 2)))
        with pytest.raises(tf.errors.InvalidArgumentError, match="layers from 0 to 3"):
            session.run("mix", pair | layers | {"last": np.int32([4])})


def test_lazy_updates_adapt_both_optimizers():
    """c = k / (k + 1): rate times c, betas to the power of c."""
    model = build(r1_every=16, path_every=4)
    make = lambda: keras.optimizers.Adam(0.002, beta_1=0.0, beta_2=0.99)  # noqa: E731
    model.compile(make(), make())
    rates = [float(o.learning_rate) for o in (model.d_optimizer, model.g_optimizer)]
    np.testing.assert_allclose(rates, [0.002 * 16 / 17, 0.002 * 4 / 5], rtol=1e-6)
    np.testing.assert_allclose(model.g_optimizer.beta_2, 0.99**0.8)


def test_auto():
    """The authors' `auto` for 64 pixels, batch 32, two replicas; and for 1,024."""
    rules = auto((64, 64, 3), batch_size=32, replicas=2)
    half_life = rules.options["ema_half_life"]
    assert math.isclose(rules.options["gamma"], 0.0256)
    assert half_life == {"name": "linear", "start": 0.0, "end": 1e4, "images": 2e5}
    assert rules.options["group"] == 4 and rules.options["depth"] == 2
    assert rules.options["channel_base"] == 16384 and rules.learning_rate == 0.0025
    large = auto((1024, 1024, 3), batch_size=4, replicas=4)
    assert large.options["group"] == 1 and large.learning_rate == 0.002
    assert large.options["channel_base"] == 32768
    assert math.isclose(large.options["gamma"], 52.4288)
    model = kgan.StyleGAN2(
        (8, 8, 1), 4, 4, **{**rules.options, "channel_base": 16, "depth": 1}
    )
    # 0.5^(batch / min(half-life, 0.05 seen)).
    rate = model.averaging.rate(5, images_seen=1e5, batch=32)
    np.testing.assert_allclose(rate, 0.5 ** (32 / 5000), rtol=1e-6)


# What cannot be


def test_bad_input(caplog):
    with pytest.raises(ValueError, match="double a grid of 4 to 7"):
        kgan.StyleGAN2((30, 27, 3))
    for name in ("mixing", "style_decay", "path_decay"):
        with pytest.raises(ValueError, match=rf"Expected {name} in \[0, 1\]"):
            build(**{name: 1.5})
    with pytest.raises(ValueError, match="path_weight >= 0"):
        build(path_weight=-1.0)
    model = build()
    with pytest.raises(ValueError, match=r"truncation psi, at least 0. Received: -0.5"):
        model.generate(2, seed=0, truncation=-0.5)
    with pytest.raises(ValueError, match="Received: nan"):
        model.generate(2, seed=0, truncation=float("nan"))
    assert not caplog.records
    model.generate(2, seed=0, truncation=1.5)
    assert "truncation psi is usually from 0 to 1" in caplog.text
    with pytest.raises(ValueError, match=r"0 to 3. Received: 7"):
        model.mix([1, 2], [3, 4], last=7)
    with pytest.raises(ValueError, match=r"first <= last. Received: first=3, last=2"):
        model.mix([1], [2], first=3, last=2)
    with pytest.raises(ValueError, match="one length"):
        model.mix([1, 2], [3])
    with pytest.raises(ValueError, match=r"images \[batch, 8, 8, 1\]"):
        model.project(np.zeros((1, 16, 16, 1), "float32"))
    with pytest.raises(ValueError, match="steps >= 1"):
        model.project(np.zeros((1, 8, 8, 1), "float32"), steps=0)


def test_batches_below_the_group():
    model = compiled(lambda: build(group=4, path_weight=0.0, gamma=0))
    model.run_eagerly = True
    with pytest.raises(ValueError, match="divisible by 4, the size of a group"):
        step(model, batch_for(model, 2))
    odd = compiled(lambda: build(group=1, gamma=0))
    odd.run_eagerly = True
    with pytest.raises(ValueError, match="divisible by path_shrink=2"):
        step(odd, batch_for(odd, 3))
