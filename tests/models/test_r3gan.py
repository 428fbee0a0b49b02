import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.models.r3gan import paper
from tests.game_test_case import (
    batch_for,
    check_each_update_is_alone,
    check_endpoints,
    check_replicas,
    compiled,
    run_game_test,
    step,
)


def build(shape=(8, 8, 1), **kwargs):
    sizes = {"latent_dim": 3, "widths": 2, "blocks": 1, "group_size": 2}
    return kgan.R3GAN(shape, **{**sizes, "gamma": 0.5, **kwargs}, seed=0)


def test_r3gan(tmp_path):
    """Saving and resuming are those of the conditional form."""
    check_each_update_is_alone(build)
    check_replicas(build, eagerly=True)
    check_endpoints(build(ema_decay=0.9), tmp_path)


def test_conditional(tmp_path):
    def conditional(**kwargs):
        # One group: `test_r3gan` has two, and each is traced apart.
        return build(classes=3, group_size=4, **kwargs)

    run_game_test(conditional, tmp_path, eagerly=True)


def test_losses_by_hand():
    """softplus of the difference, and gamma / 2 of each squared slope."""
    model = build(gamma=4.0)
    images = tf.constant(batch_for(model, 4))
    batch = model.play((images,), training=True)
    d = model.discriminator
    logits, slopes = [], []
    for x in (batch.real, batch.fake):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = d(x)
        logits.append(y.numpy())
        slopes.append(tape.gradient(y, x).numpy())
    real, fake = logits
    terms = model.discriminator_loss(batch)
    assert list(terms) == ["adversarial", "r1", "r2"]
    np.testing.assert_allclose(
        terms["adversarial"], np.log1p(np.exp(fake - real)).mean(), rtol=1e-5
    )
    for name, slope in zip(("r1", "r2"), slopes, strict=True):
        expected = 2.0 * (slope**2).sum(axis=(1, 2, 3)).mean()
        np.testing.assert_allclose(terms[name], expected, rtol=1e-4)
    np.testing.assert_allclose(
        model.generator_loss(batch)["adversarial"],
        np.log1p(np.exp(real - fake)).mean(),
        rtol=1e-5,
    )


def test_schedules_follow_the_images_seen():
    fall = {"name": "linear", "start": 4.0, "end": 0.0, "images": 16}
    rise = {"name": "linear", "start": 0.0, "end": 0.5, "images": 16}
    model = build(gamma=fall, augment={"name": "ada", "p": rise}, ema_half_life=rise)
    rates = {"learning_rate": {**fall, "start": 4e-3}, "beta_2": rise}
    adam = [keras.optimizers.Adam(1e-3, beta_1=0.0) for _ in range(2)]
    model.compile(*adam, schedules=rates, run_eagerly=True)
    step(model, batch_for(model, 8))
    np.testing.assert_allclose(model.augment.p, 0.25)
    assert [float(p.gamma(8)) for p in model.penalties] == [2.0, 2.0]
    step(model, batch_for(model, 8))
    # Of the second step, before which 8 images were seen.
    np.testing.assert_allclose(model.d_optimizer.learning_rate, 2e-3)
    np.testing.assert_allclose(model.g_optimizer.beta_2, 0.25)
    np.testing.assert_allclose(model.augment.p, 0.5)


@pytest.mark.slow
def test_settings_of_the_paper():
    """CIFAR-10 can be built; the numbers of parameters by hand."""
    settings = paper("cifar10")
    model = kgan.R3GAN(**settings.options)
    adam = [keras.optimizers.Adam(**settings.optimizer) for _ in range(2)]
    model.compile(*adam, schedules=settings.schedules)
    w = 768
    # 1x1, 96 groups of 16, 1x1, and two biases.
    block = 2 * w * w + 9 * 16 * 2 * w + 2 * w * w + 2 * 2 * w
    g = 8 * block + 16 * w + (64 + 64) * w + 10 * 64 + 3 * w
    d = 8 * block + 16 * w + 3 * w + w * w + 10 * w
    assert model.generator.count_params() == g == 20_781_952
    assert model.discriminator.count_params() == d == 21_280_512
    assert model.discriminator.get_layer("32x32_block1_groups").groups == 96
    assert model.image_shape == (32, 32, 3) and model.labels.classes == 10


@pytest.mark.parametrize(
    ("name", "batch", "images", "gamma", "half_life", "p"),
    [
        ("cifar10", 512, 2e7, 0.05, 5e6, 0.55),
        ("ffhq64", 256, 2e7, 2.0, 5e5, 0.3),
        ("ffhq256", 256, 2e7, 150.0, 5e5, 0.3),
        ("imagenet32", 4096, 2e8, 0.5, 5e7, 0.5),
        ("imagenet64", 4096, 2e8, 1.0, 5e7, 0.4),
    ],
)
def test_settings(name, batch, images, gamma, half_life, p):
    """The authors' numbers, at the start, half of the way and the end."""
    settings = paper(name)
    assert settings.batch_size == batch

    def ends(schedule):
        schedule = kgan.schedules.get(schedule)
        return [float(schedule(n)) for n in (0, images / 2, images)]

    expected = {
        "gamma": (gamma, gamma / 10),
        "ema_half_life": (0.0, half_life),
        "augment": (0.0, p),
        "learning_rate": (2e-4, 5e-5),
        "beta_2": (0.9, 0.99),
    }
    scheduled = {**settings.options, **settings.schedules}
    scheduled["augment"] = scheduled["augment"]["p"]
    for number, (start, end) in expected.items():
        np.testing.assert_allclose(
            ends(scheduled[number]),
            [start, (start + end) / 2, end],
            rtol=1e-5,
            err_msg=number,
        )
    # The options are those of the model, at a size that tests can build.
    small = {"widths": 8, "blocks": 1, "group_size": 16}
    model = kgan.R3GAN(**{**settings.options, **small})
    assert isinstance(model.augment, kgan.layers.AdaptiveAugment)
    side = settings.options["image_shape"][0]
    assert len(settings.options["widths"]) == int(np.log2(side)) - 1


def test_bad_input():
    with pytest.raises(ValueError, match="double a grid of 4 to 7"):
        build((30, 27, 1))
    with pytest.raises(ValueError, match="group_size that divides"):
        build(widths=5, group_size=4)
    with pytest.raises(ValueError, match="gamma"):
        build(gamma=-1.0)
    with pytest.raises(ValueError, match="Did you mean cifar10"):
        paper("cifar")
    model = compiled(build)
    with pytest.raises(ValueError, match="8, 8, 1"):
        step(model, np.zeros((2, 16, 16, 1), "float32"))
