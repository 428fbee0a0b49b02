import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.objectives import losses
from tests.game_test_case import two_replicas

# sigmoid(log 3) = 3/4, sigmoid(-log 3) = 1/4
LOG3 = math.log(3.0)


def test_value_by_hand():
    # log(3/4) + log(1 - 1/4)
    v = losses.value(np.array([LOG3], "float32"), np.array([-LOG3], "float32"))
    assert float(v) == pytest.approx(2 * math.log(3 / 4), rel=1e-6)


def test_equilibrium():
    zero = np.zeros((4, 1), "float32")
    v = losses.value(zero, zero)
    assert float(v) == pytest.approx(-math.log(4), rel=1e-6)
    assert float(losses.jensen_shannon(v)) == pytest.approx(0.0, abs=1e-6)


def test_jensen_shannon_of_the_optimal_discriminator():
    # p = (3/4, 1/4), q = (1/4, 3/4): D* = p / (p + q) = p, logits +-log 3.
    p, q = np.array([0.75, 0.25]), np.array([0.25, 0.75])
    m = (p + q) / 2
    jsd = 0.5 * (p * np.log(p / m)).sum() + 0.5 * (q * np.log(q / m)).sum()
    logits = np.log(p / q).astype("float32")
    # Samples in the proportions of p and q.
    v = losses.value(np.repeat(logits, [3, 1]), np.repeat(logits, [1, 3]))
    assert float(losses.jensen_shannon(v)) == pytest.approx(jsd, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "generator"),
    # fakes at D = 1/4: log(1 - 1/4), -log(1/4)
    [("minimax", math.log(3 / 4)), ("non_saturating", math.log(4))],
)
def test_losses_by_hand(name, generator):
    loss = losses.get(name)
    real = np.array([[LOG3], [0.0]], "float32")
    fake = np.array([[-LOG3], [-LOG3]], "float32")
    # D(x) = 3/4, 1/2; D(G(z)) = 1/4, 1/4
    d = -(math.log(3 / 4) + math.log(1 / 2)) / 2 - math.log(3 / 4)
    assert float(loss.discriminator(real, fake)) == pytest.approx(d, rel=1e-6)
    assert float(loss.generator(fake, real)) == pytest.approx(generator, rel=1e-6)
    seen = {name: float(v) for name, v in loss.monitor(real, fake).items()}
    assert seen["d_real"] == pytest.approx(0.625)
    assert seen["d_fake"] == pytest.approx(0.25)
    assert seen["value"] == pytest.approx(-d, rel=1e-6)
    assert seen["jsd"] == pytest.approx((math.log(4) - d) / 2, rel=1e-5)


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_extreme_logits_are_finite(name):
    loss = losses.get(name)
    real, fake = np.array([[-1e4]], "float32"), np.array([[1e4]], "float32")
    assert float(loss.discriminator(real, fake)) == pytest.approx(2e4)
    assert float(loss.generator(-fake)) == pytest.approx(
        {"minimax": 0.0, "non_saturating": 1e4}[name]
    )


def test_patches_are_averaged():
    loss = losses.get("non_saturating")
    patches = np.random.default_rng(0).normal(size=(2, 5, 5, 1)).astype("float32")
    assert float(loss.generator(patches)) == pytest.approx(
        np.log1p(np.exp(-patches.astype("float64"))).mean(), rel=1e-6
    )


def test_bfloat16_logits_are_averaged_in_float32():
    logits = keras.ops.cast(np.full((3, 1), 0.1), "bfloat16")
    loss = losses.get("non_saturating").generator(logits)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"


def test_registry():
    minimax = losses.get("minimax")
    assert losses.get(minimax) is minimax
    config = keras.saving.serialize_keras_object(minimax)
    assert type(losses.get(config)) is losses.Minimax
    with pytest.raises(ValueError, match="Received: identifier='hing'"):
        losses.get("hing")


def test_lists_of_logits_are_averaged():
    """Of several scales, each counts the same, whatever its size."""
    coarse, fine = np.array([[1.0], [2.0]]), np.full((2, 3, 3, 1), -0.5)
    for name in ("minimax", "non_saturating"):
        loss = losses.get(name)
        both = loss.discriminator([coarse, fine], [fine, coarse])
        apart = loss.discriminator(coarse, fine), loss.discriminator(fine, coarse)
        assert float(both) == pytest.approx(float(sum(apart)) / 2, rel=1e-6)
        both = loss.generator([coarse, fine])
        apart = loss.generator(coarse), loss.generator(fine)
        assert float(both) == pytest.approx(float(sum(apart)) / 2, rel=1e-6)


def test_what_needs_the_logits_of_real_examples():
    class Stopped(losses.Loss):
        def generator(self, fake_logits, real_logits=None):
            return keras.ops.mean(fake_logits - keras.ops.stop_gradient(real_logits))

    class Named(losses.Loss):
        def generator(self, fake_logits, real_logits):
            return keras.ops.mean(fake_logits["fine"] - real_logits["fine"])

    assert Stopped().needs_real_logits()
    assert Named().needs_real_logits()
    assert not losses.get("minimax").needs_real_logits()


REAL = np.array([[2.0], [0.5]], "float32")
FAKE = np.array([[-3.0], [0.25]], "float32")


def softplus(x):
    return np.log1p(np.exp(np.asarray(x, "float64")))


@pytest.mark.parametrize(
    ("loss", "d", "g"),
    [
        # ((2 - 1)^2 + (.5 - 1)^2) / 4 + (9 + 1/16) / 4, ((-4)^2 + .75^2) / 4
        ("least_squares", 1.25 / 4 + 9.0625 / 4, 16.5625 / 4),
        # (a, b, c) = (-1, 1, 0)
        (
            {"name": "least_squares", "fake": -1.0, "real": 1.0, "wanted": 0.0},
            1.25 / 4 + (4 + 1.5625) / 4,
            9.0625 / 4,
        ),
        # (0 + .5) / 2 + (0 + 1.25) / 2
        ("hinge", 0.25 + 0.625, 1.375),
        ("wasserstein", -1.375 - 1.25, 1.375),
        # Pairs: 2 - -3 and .5 - .25
        (
            "relativistic",
            softplus([-5.0, -0.25]).mean(),
            softplus([5.0, 0.25]).mean(),
        ),
        # Means: 1.25 and -1.375
        (
            "relativistic_average",
            softplus([-3.375, -1.875]).mean() + softplus([-4.25, -1.0]).mean(),
            softplus([4.25, 1.0]).mean() + softplus([3.375, 1.875]).mean(),
        ),
        # -(.9 log D + .1 log(1 - D)) = softplus(-l) + .1 l
        (
            {"name": "non_saturating", "label_smoothing": 0.1},
            softplus([-2.0, -0.5]).mean() + 0.1 * 1.25 + softplus(FAKE).mean(),
            softplus(-FAKE).mean(),
        ),
    ],
)
def test_golden_values(loss, d, g):
    loss = losses.get(loss)
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(d, rel=1e-6)
    assert float(loss.generator(FAKE, REAL)) == pytest.approx(g, rel=1e-6)
    again = losses.get(keras.saving.serialize_keras_object(loss))
    assert float(again.discriminator(REAL, FAKE)) == pytest.approx(d, rel=1e-6)
    # Two scales: each counts the same, whatever its number of patches.
    scales = [REAL, np.zeros((2, 3, 3, 1))], [FAKE, np.zeros((2, 3, 3, 1))]
    zero = np.zeros((2, 1), "float32")
    half = (d + float(loss.discriminator(zero, zero))) / 2
    assert float(loss.discriminator(*scales)) == pytest.approx(half, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        *((name, True) for name in ("relativistic", "relativistic_average")),
        *((name, False) for name in ("hinge", "wasserstein", "least_squares")),
        ({"name": "sliced", "loss": "relativistic"}, True),
    ],
)
def test_who_needs_real_logits(name, needs):
    assert losses.get(name).needs_real_logits() is needs


def test_means_of_logits_are_logged():
    seen = losses.get("wasserstein").monitor(REAL, FAKE)
    assert {name: float(value) for name, value in seen.items()} == {
        "real_logits": 1.25,
        "fake_logits": -1.375,
        "wasserstein": 2.625,
    }


def test_relativistic_average_over_replicas():
    """The mean is of the global batch, and its gradient too."""
    loss = losses.get("relativistic_average")

    def gradient(real, fake):
        with tf.GradientTape() as tape:
            tape.watch([real, fake])
            value = loss.discriminator(real, fake)
        return tape.gradient(value, [real, fake])

    rng = np.random.default_rng(0)
    real, fake = (tf.constant(rng.normal(size=(4, 1)), tf.float32) for _ in range(2))
    expected = gradient(real, fake)
    strategy = two_replicas()

    def on_replica():
        i = tf.distribute.get_replica_context().replica_id_in_sync_group
        return gradient(real[2 * i : 2 * i + 2], fake[2 * i : 2 * i + 2])

    found = tf.function(lambda: strategy.run(on_replica))()
    for part, whole in zip(found, expected, strict=True):
        parts = strategy.experimental_local_results(part)
        # Each replica's mean is over half of the batch.
        np.testing.assert_allclose(np.concatenate(parts) / 2, whole, rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: losses.get("hing"), "Did you mean hinge"),
        (lambda: losses.Minimax(label_smoothing=1.0), r"label_smoothing in \[0, 1\)"),
        (lambda: losses.LeastSquares(fake=1.0), "fake != real"),
        (lambda: losses.get({"name": "hinge", "margin": 2.0}), "arguments of the loss"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
