import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.spaces import Labels, Points
from tests.game_test_case import (
    as_new,
    batch_for,
    compiled,
    dataset_of,
    run_game_test,
    two_replicas,
)
from tests.games.conditional import Conditional
from tests.games.translation import Translation

layers = keras.layers


def linear_gan(**kwargs):
    """D(x) = w x + b, G(z) = v z + c, in one dimension: everything by hand."""
    z, x = layers.Input((1,)), layers.Input((1,))
    generator = keras.Model(z, layers.Dense(1, kernel_initializer="ones")(z))
    discriminator = keras.Model(x, layers.Dense(1, kernel_initializer="ones")(x))
    return kgan.GAN(generator, discriminator, **{"seed": 0, **kwargs})


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_gan_of_any_networks(tmp_path):
    run_game_test(linear_gan, tmp_path, eagerly=True, discriminator_steps=2)


def test_one_step_by_hand():
    model = linear_gan()
    model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.25))
    real = np.array([[2.0], [-1.0], [0.5]], "float32")
    z = np.array([[0.3], [-0.7], [1.1]])
    model.sample_latents = lambda n, training=True: tf.constant(z, tf.float32)
    logs = model.train_on_batch(real, return_dict=True)

    # D: w = 1, b = 0; fakes are z. d softplus(-l) / dl = -sigmoid(-l).
    d_loss = np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(z)).mean()
    dw = (-sigmoid(-real) * real).mean() + (sigmoid(z) * z).mean()
    db = (-sigmoid(-real)).mean() + sigmoid(z).mean()
    w, b = 1 - 0.5 * dw, -0.5 * db
    # G sees the new D: logits w z + b; dv = mean(-sigmoid(-l) w z).
    logits = w * z + b
    g_loss = np.log1p(np.exp(-logits)).mean()
    dv = (-sigmoid(-logits) * w * z).mean()
    dc = (-sigmoid(-logits) * w).mean()

    weights = [v.numpy().item() for v in model.discriminator.weights]
    np.testing.assert_allclose(weights, [w, b], rtol=1e-6)
    weights = [v.numpy().item() for v in model.generator.weights]
    np.testing.assert_allclose(weights, [1 - 0.25 * dv, -0.25 * dc], rtol=1e-6)
    expected = {
        "d_loss": d_loss,
        "g_loss": g_loss,
        "value": -d_loss,
        "jsd": (np.log(4) - d_loss) / 2,
        "d_real": sigmoid(real).mean(),
        "d_fake": sigmoid(z).mean(),
    }
    assert logs.keys() == expected.keys()
    for name, value in expected.items():
        assert logs[name] == pytest.approx(value, rel=1e-5), name


def test_discriminator_steps_see_fresh_data():
    model = linear_gan(discriminator_steps=3)
    model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.0))
    seen = []
    model.discriminator_loss = lambda batch: (
        seen.append(batch.real) or kgan.GAN.discriminator_loss(model, batch)
    )
    real = np.arange(6, dtype="float32")[:, None] / 6
    model.run_eagerly = True
    model.train_on_batch(real)
    for part, rows in zip(seen, ([0, 3], [1, 4], [2, 5]), strict=True):
        np.testing.assert_array_equal(part, real[rows])
    assert int(model.d_optimizer.iterations) == 3
    assert int(model.g_optimizer.iterations) == 1


def test_batch_that_does_not_divide():
    model = compiled(linear_gan, discriminator_steps=2)
    with pytest.raises(ValueError, match=r"discriminator_steps=2.*batch size 3"):
        model.train_on_batch(np.zeros((3, 1), "float32"))


def test_one_forward_pass_of_the_generator():
    model = compiled(linear_gan)
    calls = []
    generator = model.generator
    call = generator.call
    generator.call = lambda *args, **kw: calls.append(1) or call(*args, **kw)
    model.train_on_batch(batch_for(model))
    assert len(calls) == 1


def test_fresh_latents_of_g():
    """G's loss is of twice as many fakes, which D did not see; D's is as before."""
    seen = []

    class Seen(kgan.GAN):
        def judge(self, examples, batch):
            seen.append((examples.shape[0], np.asarray(batch.labels)))
            return super().judge(examples, batch)

    networks = linear_gan()
    both = (Points(1), Labels(8))

    def build():
        two = networks.generator, networks.discriminator
        return Seen(*two, spaces=both, fresh=2, seed=0)

    model = compiled(build)
    model.run_eagerly = True
    images, labels = batch_for(model)
    model.train_on_batch(images, labels)
    assert [n for n, _ in seen] == [8, 8, 16]
    np.testing.assert_array_equal(seen[-1][1], [*labels, *labels])


def test_fresh_that_cannot_be():
    with pytest.raises(ValueError, match=r"fresh of 0 or 1 for a loss that pairs"):
        linear_gan(loss="relativistic", fresh=2)
    assert linear_gan(loss="relativistic", fresh=1).fresh == 1
    with pytest.raises(ValueError, match=r"fresh >= 0"):
        linear_gan(fresh=-1)
    with pytest.raises(ValueError, match=r"generator_loss` of its own.*VAEGAN"):
        kgan.VAEGAN((16, 16, 1), 4, 2, fresh=1)


def test_labels_come_along():
    both = (Points(1), Labels(8))
    model = compiled(linear_gan, spaces=both)
    seen = {}
    loss = model.generator_loss
    model.generator_loss = lambda batch: seen.update(labels=batch.labels) or loss(batch)
    model.run_eagerly = True
    images, labels = batch_for(model)
    model.train_on_batch(images, labels)
    np.testing.assert_array_equal(seen["labels"], labels)


def test_several_terms_are_named_and_added():
    model = compiled(linear_gan)
    model.generator_loss = lambda batch: {
        "adversarial": tf.reduce_mean(batch.fake) * 0 + 2.0,
        "extra": tf.reduce_mean(batch.fake) * 0 + 3.0,
    }
    logs = model.train_on_batch(batch_for(model), return_dict=True)
    assert logs["g_loss"] == 5.0
    assert logs["g/adversarial"] == 2.0
    assert logs["g/extra"] == 3.0


def test_regularizers_count():
    z, x = layers.Input((1,)), layers.Input((1,))
    regularized = layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2")
    model = kgan.GAN(
        keras.Model(z, layers.Dense(1)(z)), keras.Model(x, regularized(x)), seed=0
    )
    model.compile("sgd", "sgd")
    logs = model.train_on_batch(batch_for(model), return_dict=True)
    # l2: 0.01 w^2 with w = 1
    assert logs["d/regularization"] == pytest.approx(0.01)
    assert logs["d_loss"] == pytest.approx(logs["d/adversarial"] + 0.01)


def test_generator_learns_the_mean_of_the_data():
    """Fails if a gradient's sign is wrong on either side."""
    model = linear_gan()
    # p_data = N(3, 1); G(z) = z + c. The best c is 3.
    model.generator.layers[1].kernel.assign([[1.0]])
    optimizer = keras.optimizers.Adam
    model.compile(optimizer(0.02, beta_1=0.0), optimizer(0.01, beta_1=0.0))
    data = np.random.default_rng(0).normal(3.0, 1.0, (128, 200, 1)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices(data.transpose(1, 0, 2)).repeat(8)
    model.fit(data, verbose=0)
    samples = model.generate(2000, seed=0)
    assert samples.mean() == pytest.approx(3.0, abs=0.3)


def test_generate():
    model = linear_gan()
    assert model.generate(5, seed=0).shape == (5, 1)
    assert np.abs(model.generate(5) - model.generate(5)).max() > 0
    # In batches of any size alike.
    np.testing.assert_allclose(
        model.generate(10, seed=3, batch_size=3), model.generate(10, seed=3), rtol=1e-6
    )
    with pytest.raises(ValueError, match="n=0"):
        model.generate(0)
    np.testing.assert_array_equal(
        model.generate(5, np.int64(3)), model.generate(5, seed=3)
    )
    for seed in (2**31, -(2**31) - 1, 1.0, True, "1"):
        with pytest.raises(ValueError, match=r"32 bits.*Received: seed="):
            model.generate(5, seed=seed)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"discriminator_steps": 0}, "discriminator_steps=0"),
        ({"ema_decay": 1.0}, "ema_decay=1.0"),
        ({"ema_ramp": 1.0}, "ema_ramp=1.0"),
        ({"ema_ramp": float("nan")}, "ema_ramp=nan"),
        ({"loss": "hings"}, "identifier='hings'"),
        ({"latent_prior": "cauchy"}, "identifier='cauchy'"),
    ],
)
def test_bad_arguments(kwargs, message):
    with pytest.raises(ValueError, match=message):
        linear_gan(**kwargs)


def test_networks_that_do_not_fit():
    z, x = layers.Input((4,)), layers.Input((3,))
    generator = keras.Model(z, layers.Dense(2)(z))
    discriminator = keras.Model(x, layers.Dense(1)(x))
    with pytest.raises(ValueError, match=r"output \[batch, 2\].*input \[batch, 3\]"):
        kgan.GAN(generator, discriminator)
    with pytest.raises(ValueError, match="Give it an Input, or call it once"):
        kgan.GAN(keras.Sequential([layers.Dense(2)]), discriminator)


def test_one_optimizer_for_both():
    model = linear_gan()
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="two optimizer instances"):
        model.compile(adam, adam)
    with pytest.raises(ValueError, match=r"d_optimizer=.*Received"):
        model.compile(optimizer="adam")


def test_images_of_another_shape():
    model = compiled(lambda: kgan.DCGAN((28, 28, 1), 4, 2))
    with pytest.raises(ValueError, match=r"\[batch, 28, 28, 1\].*\[batch, 32, 32, 3\]"):
        model.train_on_batch(np.zeros((2, 32, 32, 3), "float32"))


def small():
    return compiled(lambda: kgan.DCGAN((28, 28, 1), 4, 2))


@pytest.mark.parametrize("bad", [np.nan, 1.5, 255.0])
def test_pixels_out_of_range(bad):
    model = as_new(small)
    images = np.zeros((2, 28, 28, 1), "float32")
    images[1, 3, 3] = bad
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"pixels in \[-1, 1\]"):
        model.train_on_batch(images)


def test_fit_history_and_validation():
    model = compiled(linear_gan)
    data = dataset_of(batch_for(model), 2)
    history = model.fit(data, validation_data=data, epochs=2, verbose=0).history
    assert {"d_loss", "g_loss", "val_d_loss", "val_value"} <= history.keys()
    assert len(history["d_loss"]) == 2


@pytest.mark.parametrize("kwargs", [{"jit_compile": True}, {"steps_per_execution": 3}])
def test_compiled_step_is_the_same_step(kwargs):
    weights = []
    for options in ({}, kwargs):
        # With dropout and an averaged generator.
        model = kgan.VanillaGAN(
            (4, 4, 1),
            3,
            generator_hidden=(5,),
            discriminator_hidden=(6,),
            ema_decay=0.9,
            seed=0,
        )
        # Adam would turn the rounding of gradients near 0 into whole steps.
        sgd = keras.optimizers.SGD
        model.compile(sgd(0.1, 0.5), sgd(0.1, 0.5), **options)
        data = dataset_of(batch_for(model), 6)
        model.fit(data, verbose=0)
        weights.append([w.numpy() for w in model.weights])
    for x, y in zip(*weights, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-6)


def test_bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = compiled(lambda: kgan.DCGAN((28, 28, 1), 4, 2, seed=0))
    logs = model.train_on_batch(batch_for(model), return_dict=True)
    assert all(np.isfinite(v) for v in logs.values())
    assert model.generate(2, seed=0).dtype == np.float32


def test_fit_reads_epoch_after_epoch():
    """Under a strategy Keras reads a batch before training; it must not count."""
    source = kgan.data.ArraySource(np.arange(24, dtype="float32")[:, None])
    by_epoch = source.batches(8, seed=1)
    expected = [float(next(iter(by_epoch))[0, 0]) for _ in range(4)]
    with two_replicas().scope():
        model = compiled(linear_gan)
    data = source.batches(8, seed=1)
    places = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            places.append(float(next(iter(data))[0, 0]))

    model.fit(data, callbacks=[Watch()], verbose=0)
    model.fit(data, epochs=2, callbacks=[Watch()], verbose=0)
    model.fit(data, callbacks=[Watch()], verbose=0)
    assert places == expected


def test_float16_scales_both_losses(tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    model = compiled(lambda: kgan.DCGAN((28, 28, 1), 4, 2, seed=0))
    scale = keras.optimizers.LossScaleOptimizer
    assert isinstance(model.d_optimizer, scale)
    assert isinstance(model.g_optimizer, scale)
    before = [w.numpy() for w in model.weights]
    logs = model.train_on_batch(batch_for(model), return_dict=True)
    # The logged losses are not the scaled ones.
    assert logs["d_loss"] == pytest.approx(2 * np.log(2), abs=0.2)
    assert any(
        (a != b.numpy()).any() for a, b in zip(before, model.weights, strict=True)
    )
    model.save(tmp_path / "half.keras")
    loaded = keras.models.load_model(tmp_path / "half.keras")
    assert isinstance(loaded.d_optimizer, scale)
    assert model.generate(2, seed=0).dtype == np.float32


class Pairing(kgan.losses.Loss):
    """RpGAN, arXiv 1807.00734: softplus of the difference of logits."""

    def discriminator(self, real_logits, fake_logits):
        return keras.ops.mean(keras.ops.softplus(fake_logits - real_logits))

    def generator(self, fake_logits, real_logits):
        return keras.ops.mean(keras.ops.softplus(real_logits - fake_logits))


def test_a_relativistic_loss_by_value():
    model = linear_gan(loss=Pairing())
    assert model.needs_real_logits
    model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.25))
    real = np.array([[2.0], [-1.0], [0.5]], "float32")
    z = np.array([[0.3], [-0.7], [1.1]])
    model.sample_latents = lambda n, training=True: tf.constant(z, tf.float32)
    logs = model.train_on_batch(real, return_dict=True)
    # D(x) = x at first; d softplus(u) / du = sigmoid(u), u = w (z - x).
    assert logs["d_loss"] == pytest.approx(np.log1p(np.exp(z - real)).mean(), rel=1e-5)
    w = 1 - 0.5 * (sigmoid(z - real) * (z - real)).mean()
    assert model.discriminator.weights[0].numpy().item() == pytest.approx(w, rel=1e-5)
    u = w * (real - z)
    assert logs["g_loss"] == pytest.approx(np.log1p(np.exp(u)).mean(), rel=1e-5)
    v = 1 - 0.25 * (sigmoid(u) * -w * z).mean()
    assert model.generator.weights[0].numpy().item() == pytest.approx(v, rel=1e-5)


def test_other_losses_save_a_pass_of_d():
    for name in ("minimax", "non_saturating"):
        assert not linear_gan(loss=name).needs_real_logits


def test_latent_dim_of_generators_of_other_inputs():
    assert Conditional().latent_dim == 5
    assert linear_gan().latent_dim == 1
    with pytest.raises(ValueError, match=r"of latents.*Received: Tran"):
        _ = Translation().latent_dim
    x = layers.Input((4, 4, 1))
    network = keras.Model(x, layers.Conv2D(1, 3, padding="same")(x))
    logits = keras.Model(x, layers.Dense(1)(layers.Flatten()(x)))
    with pytest.raises(ValueError, match=r"one that is called 'latents', or override"):
        kgan.GAN(network, logits)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: kgan.DCGAN(latent_dim=0), "latent_dim=0"),
        (lambda: kgan.DCGAN(width=-3), "width=-3"),
        (lambda: kgan.DCGAN(latent_dim=2.5), "latent_dim=2.5"),
        (lambda: kgan.VanillaGAN(latent_dim=0), "latent_dim=0"),
        (lambda: kgan.VanillaGAN(generator_hidden=(8, 0)), "generator_hidden=0"),
        (lambda: kgan.VanillaGAN(discriminator_hidden=()), "at least one size"),
    ],
)
def test_sizes_that_cannot_be(build, message):
    with pytest.raises(ValueError, match=message):
        build()


class Darker(layers.Layer):
    """Differentiable, and seen in D's input."""

    def call(self, x):
        return x - 1.0


def test_augmentation_is_what_d_sees_in_both_turns():
    model = linear_gan(augment=Darker())
    seen = []
    call = model.discriminator.call
    model.discriminator.call = lambda x, **kw: seen.append(x) or call(x, **kw)
    model.compile("sgd", "sgd")
    model.run_eagerly = True
    real = np.full((4, 1), 3.0, "float32")
    model.train_on_batch(real)
    # Real and fake in D's turn, fake in G's.
    assert len(seen) == 3
    np.testing.assert_array_equal(seen[0], real - 1.0)
    np.testing.assert_array_equal(seen[1], seen[2])


def test_augmentation_is_told_whether_it_trains():
    noise = layers.GaussianNoise(1.0, seed=1)
    model = linear_gan(augment=noise)
    batch = kgan.Batch(*[tf.zeros((4, 1))] * 3, None, True)
    assert np.abs(model.judge(batch.real, batch)).max() > 0.5
    still = batch._replace(training=False)
    np.testing.assert_array_equal(model.judge(batch.real, still), np.zeros((4, 1)))


def test_augmentation_comes_before_a_judge_of_ones_own():
    model = Conditional(augment=Darker())
    batch = kgan.Batch(None, None, None, tf.zeros(2, "int32"), False)
    image = tf.zeros((2, 4, 4, 1))
    expected = model.discriminator([image - 1.0, batch.labels])
    np.testing.assert_array_equal(model.judge(image, batch), expected)

    class Other(kgan.GAN):
        def judge(self, examples, batch):
            return super().judge(examples, batch)

    networks = linear_gan().generator, linear_gan().discriminator
    with pytest.raises(ValueError, match="overrides `discriminate`, not `judge`"):
        Other(*networks, augment=Darker())
