"""Penalties in training: replicas, XLA, second gradients of the networks that ship."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan import penalties
from kgan.core.critics import check_slopes
from tests.derivatives import along
from tests.game_test_case import (
    batch_for,
    check_replicas,
    compiled,
    dataset_of,
    in_float64,
    two_replicas,
)

TOGETHER = {
    "at every step": [
        *("gradient_penalty", "dragan", "r1", "r2", "approximate_r1"),
        *("approximate_r2", "lecam", "consistency"),
    ],
    # Others take longer to compile than to test.
    "compiled": ["gradient_penalty", "r1", "approximate_r2", "lecam"],
    "lazy": [
        {"name": "lazy", "penalty": "gradient_penalty", "every": 2},
        {"name": "lazy", "penalty": "r1", "every": 2, "merged": True},
    ],
}


class Mirror(keras.layers.Layer):
    def call(self, x):
        return -x


def build(**kwargs):
    return kgan.VanillaGAN(
        (2,),
        2,
        generator_hidden=[4],
        discriminator_hidden=[4],
        dropout=(0.0, 0.0),
        output="linear",
        latent_prior="normal",
        seed=0,
        **kwargs,
    )


def penalties_of(name):
    """`Consistency` of images needs another transformation for points."""
    return [
        penalties.Consistency(transformation=Mirror()) if p == "consistency" else p
        for p in TOGETHER[name]
    ]


@pytest.mark.parametrize("name", ["at every step", "lazy"])
def test_replicas(name):
    lazy = name == "lazy"
    check_replicas(
        lambda **k: build(penalties=penalties_of(name), **k),
        eagerly=not lazy,
        steps=2 if lazy else 1,
    )


@pytest.mark.parametrize("name", ["compiled", "lazy"])
def test_xla_and_eager_equal_graph(name):
    results = []
    for settings in ({}, {"run_eagerly": True}, {"jit_compile": True}):
        model = build(penalties=penalties_of(name))
        sgd = [keras.optimizers.SGD(0.05) for _ in range(2)]
        model.compile(*sgd, **settings)
        model.fit(dataset_of(batch_for(model), 3), verbose=0)
        results.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    np.testing.assert_allclose(results[1], results[0], 1e-4, 1e-6)
    np.testing.assert_allclose(results[2], results[0], 1e-4, 1e-6)


def images_gan(batch_normalization=False, **kwargs):
    generator = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(64), keras.layers.Reshape((8, 8, 1))]
    )
    layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    if batch_normalization:
        layers.append(kgan.layers.BatchNormalization())
    critic = keras.Sequential([*layers, keras.layers.Dense(1)])
    return kgan.GAN(generator, critic, seed=0, **kwargs)


def test_transformation_is_built_before_the_first_step_of_replicas():
    with two_replicas().scope():
        model = compiled(images_gan, penalties="consistency")
        layer = model.penalties[0].transformation
        assert layer.built
    model.fit(dataset_of(np.zeros((4, 8, 8, 1), "float32")), verbose=0)


@pytest.mark.parametrize(
    ("penalty", "normalized", "what"),
    [("dragan", False, "its mean"), ("lecam", True, "moments over all replicas")],
)
@pytest.mark.parametrize("merged", [False, True])
def test_lazy_penalties_in_which_replicas_talk_are_refused(
    penalty, normalized, what, merged
):
    lazy = penalties.Lazy(penalty, merged=merged)
    images_gan(normalized, penalties=lazy).check()
    with two_replicas().scope():
        model = images_gan(normalized, penalties=lazy)
    with pytest.raises(ValueError, match=f"'{penalty}' every 16 steps, with.*{what}"):
        model.check()


def test_lazy_penalty_does_not_change_later_draws():
    weights = []
    for every in (1, 2):
        lazy = penalties.Lazy("dragan", every=every)
        lazy.penalty.weight = 0.0
        model = compiled(lambda lazy=lazy: build(penalties=lazy), keras.optimizers.SGD)
        model.optimizer._lazy.clear()
        model.fit(dataset_of(batch_for(model), 3), verbose=0)
        weights.append(model.sample_latents(4))
    np.testing.assert_array_equal(*weights)


def critics():
    yield "dcgan", kgan.networks.dcgan_discriminator((16, 16, 1), 2, seed=0)
    yield "resnet", kgan.networks.resnet_discriminator((16, 16, 1), 2, seed=0)
    yield "maxout", kgan.networks.maxout_discriminator((4,), [6, 5], seed=0)


@pytest.mark.parametrize("name", [name for name, _ in critics()])
def test_second_gradients_of_shipped_networks(name):
    """In float64, along a random direction, against finite differences."""
    with in_float64():
        critic = dict(critics())[name]
        shape = (3, *critic.input_shape[1:])
        x = tf.constant(np.random.default_rng(0).normal(size=shape))
        _check_derivative(critic, x)


def _check_derivative(critic, x):
    def penalty(training=False):
        judged = penalties.Judged(lambda x: critic(x, training=training), x)
        return tf.reduce_mean(judged.norms() ** 2)

    variables = critic.trainable_variables
    rng = np.random.default_rng(1)
    ways = [rng.normal(size=v.shape) * np.abs(v).max() for v in variables]
    claimed, measured = along(penalty, variables, ways, 1e-6)
    assert claimed == pytest.approx(measured, rel=1e-5)


def resized(method):
    """A critic that halves its input by a resize."""
    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(3, 3, padding="same", name="before")(inputs)
    x = keras.layers.LeakyReLU(0.2)(x)
    x = method(x)
    x = keras.layers.Conv2D(3, 3, padding="same", name="after")(x)
    x = keras.layers.Dense(1)(keras.layers.Flatten()(keras.layers.LeakyReLU(0.2)(x)))
    generator = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(64, activation="tanh"),
            keras.layers.Reshape((8, 8, 1)),
        ]
    )
    return kgan.GAN(generator, keras.Model(inputs, x), penalties="r1", seed=0)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_resizes_are_refused_before_training(interpolation):
    resize = keras.layers.Resizing(4, 4, interpolation=interpolation)
    model = resized(resize)
    before = [v.numpy() for v in model.variables]
    with pytest.raises(ValueError, match="second gradients, for the penalty 'r1'"):
        model.check()
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, variable)


def test_resizes_are_refused_where_a_weight_begins_at_0():
    rise = kgan.schedules.Linear(0.0, 1.0, images=10)
    model = resized(keras.layers.Resizing(4, 4, interpolation="bilinear"))
    model.penalties[0] = penalties.Lazy(penalties.R1(rise), merged=True)
    with pytest.raises(ValueError, match="second gradients, for the penalty 'r1'"):
        model.check()


def test_a_game_that_has_trained_is_checked_no_more():
    """Its slope may jump at the bends of ReLUs more than a resize would change it."""
    model = resized(keras.layers.Resizing(4, 4, interpolation="bilinear"))
    model.steps.assign(1)
    model.check()


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.AveragePooling2D(2),
        keras.layers.UpSampling2D(),
        keras.layers.MaxPooling2D(2),
    ],
)
def test_safe_layers_pass(layer):
    check_slopes(resized(layer))


@pytest.mark.parametrize("penalty", ["gradient_penalty", "dragan", "r1", "r2"])
def test_shipped_networks_pass(penalty):
    check_slopes(build(penalties=penalty))
    check_slopes(
        kgan.DCGAN((16, 16, 1), latent_dim=2, width=2, seed=0, penalties=penalty)
    )


def test_kinks_of_few_examples_are_no_wrong_gradient():
    """With the first examples, R1 is 12 % steeper along the scale of D's weights than
    its gradient, because units change their side of a leaky ReLU."""
    sizes = {"channel_base": 1024, "channel_max": 64, "depth": 1}
    model = kgan.StyleGAN2((64, 64, 3), 64, 64, **sizes, gamma=0.01, seed=0)
    check_slopes(model)


def test_groups_are_whole_in_the_check():
    """Minibatch standard deviation has a second gradient, in groups of any size."""
    x = keras.Input((2,))
    y = keras.layers.Dense(4, activation="tanh")(x)
    y = kgan.layers.MinibatchStandardDeviation(group=6)(y)
    critic = keras.Model(x, keras.layers.Dense(1)(y))
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model = kgan.GAN(generator, critic, penalties="r1", seed=0)
    check_slopes(model)
    model.compile()
    with pytest.raises(ValueError, match="divisible by 6"):
        model.fit(dataset_of(np.zeros((8, 2), "float32")), verbose=0)


def test_batch_normalization_is_warned_of(caplog):
    kgan.DCGAN((16, 16, 1), 2, width=2, penalties="gradient_penalty")
    assert "mixes the examples of a batch" in caplog.text
    caplog.clear()
    kgan.DCGAN((16, 16, 1), 2, width=2, penalties="lecam")
    assert not caplog.text
