"""What holds for every metric of pairs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan import metrics


def pairs(n=20, shape=(16, 17, 3), seed=0):
    """Targets, and the same images with noise, in [-1, 1]."""
    rng = np.random.default_rng(seed)
    target = rng.uniform(-1, 1, (n, *shape))
    fake = np.clip(target + rng.normal(0, 0.2, target.shape), -1, 1)
    return target.astype("float32"), fake.astype("float32")


def instances():
    return [
        metrics.L1(),
        metrics.PSNR(channel="y", crop=2),
        metrics.SSIM(channel="y", crop=1),
    ]


@pytest.mark.parametrize("metric", instances(), ids=lambda metric: metric.name)
def test_streams(metric):
    target, fake = pairs()
    (expected,) = metric.score(None, fake, target=target).values()
    for size in (1, 7, 20):
        metric.reset_state()
        for i in range(0, 20, size):
            rows = slice(i, i + size)
            metric.update_state(fake=fake[rows], target=target[rows])
        (value,) = metric.values().values()
        assert value.value == pytest.approx(expected.value, rel=1e-12)
        assert value.error == pytest.approx(expected.error, rel=1e-9)
        assert value.how == expected.how == "standard error over 20 pairs"
    copy = kgan.metrics.get(keras.saving.serialize_keras_object(metric))
    assert copy.get_config() == metric.get_config()
    assert type(copy) is type(metric)


@pytest.mark.parametrize("metric", instances(), ids=lambda metric: metric.name)
def test_two_replicas(metric):
    target, fake = pairs()
    (expected,) = metric.score(None, fake, target=target).values()
    strategy = kgan.distribute.strategy("cpu:2")
    with strategy.scope():
        copy = kgan.metrics.get(keras.saving.serialize_keras_object(metric))
        copy.build(fake.shape[1:])

    @tf.function
    def update(fake, target):
        strategy.run(copy.update_state, kwargs={"fake": fake, "target": target})

    parts = [
        strategy.experimental_distribute_values_from_function(
            lambda context, x=x: x[:13] if context.replica_id_in_sync_group else x[13:]
        )
        for x in (fake, target)
    ]
    update(*parts)
    (value,) = copy.result().values()
    assert value == pytest.approx(expected.value, rel=1e-12)


def test_l1_by_hand():
    target = np.zeros((2, 2, 2, 1), "float32")
    fake = target.copy()
    fake[1, 0, 0] = -0.5
    np.testing.assert_allclose(metrics.L1().each(target, fake), [0, 0.125])
    value = metrics.L1().score(None, fake, target=target)["l1"]
    assert (value.value, value.error) == (0.0625, 0.0625 / np.sqrt(2))


def test_luma_by_hand():
    metric = metrics.PSNR(channel="y")
    colors = np.array([[0, 0, 0], [255, 255, 255], [255, 0, 0], [10, 20, 30]])
    batch = colors.reshape(1, 1, 4, 3) / 127.5 - 1
    luma = metric.levels(tf.constant(batch, tf.float32)).numpy().ravel()
    # 16, 235, 16 + 65.481, 16 + (654.81 + 2571.06 + 748.98) / 255 = 31.59
    np.testing.assert_array_equal(luma, [16, 235, 81, 32])
    gray = metric.levels(tf.constant(batch[..., :1], tf.float32)).numpy().ravel()
    np.testing.assert_array_equal(gray, [0, 255, 255, 10])


def test_crop():
    target, fake = pairs(2, (16, 17, 1))
    inside = metrics.PSNR().each(target[:, 3:-3, 3:-3], fake[:, 3:-3, 3:-3])
    np.testing.assert_array_equal(metrics.PSNR(crop=3).each(target, fake), inside)


def test_bad_input():
    target, fake = pairs(3, (16, 17, 3))
    with pytest.raises(ValueError, match=r"targets \(2, 16.*generated \(3, 16"):
        metrics.L1().each(target[:2], fake)
    with pytest.raises(ValueError, match=r"Expected targets. Received: none"):
        metrics.L1().score(None, fake)
    with pytest.raises(ValueError, match=r"fake and target in one call.*: fake"):
        metrics.L1().update_state(fake=fake)
    with pytest.raises(ValueError, match=r"Received: fake, target, training"):
        metrics.L1().update_state(fake=fake, target=target, training=fake)
    with pytest.raises(ValueError, match=r"Expected pairs for l1. Received: none"):
        metrics.L1().result()
    with pytest.raises(ValueError, match=r"rgb, y. Received: channel='Y'"):
        metrics.PSNR(channel="Y")
    with pytest.raises(ValueError, match="crop >= 0"):
        metrics.SSIM(crop=-1)
    with pytest.raises(ValueError, match=r"at least 17x17 pixels.*16x17"):
        metrics.PSNR(crop=8).each(target, fake)
    with pytest.raises(ValueError, match=r"at least 19x19 pixels for ssim.*crop=4"):
        metrics.SSIM(crop=4).each(target, fake)
    four = np.zeros((1, 16, 16, 4))
    with pytest.raises(ValueError, match=r"1 or 3 channels.*Received: 4"):
        metrics.PSNR(channel="y").each(four, four)
    with pytest.raises(ValueError, match="pixels in"):
        metrics.L1().each(2 * target, fake)
