import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, special, stats

import kgan
from kgan.models.autoencoder import Coded
from kgan.objectives.posterior import gaussian_kl, moments, reparametrized
from tests.game_test_case import batch_for, compiled, in_float64, run_game_test, step

SHAPE = (4, 4, 1)
FIXED = kgan.likelihoods.Gaussian(0.1)


def build(**kwargs):
    return kgan.VAE(SHAPE, 2, hidden=(5,), seed=0, **kwargs)


def test_vae(tmp_path):
    run_game_test(build, tmp_path, eagerly=True, likelihood="bernoulli_stochastic")


def test_vae_of_dcgans_shape():
    kwargs = {"architecture": "dcgan", "width": 2, "likelihood": "gaussian"}
    model = compiled(lambda: kgan.VAE((16, 16, 1), 3, seed=0, **kwargs))
    logs = step(model, batch_for(model))
    assert np.isfinite(logs["elbo"][0])
    # The generator has no output function, and images are in range.
    assert np.abs(model.generate(4, seed=0)).max() <= 1.0
    assert model.encoder.output_shape == (None, 6)


# The bound


def test_kl_is_the_closed_form_and_a_monte_carlo_estimate():
    mean = np.array([[0.5, -1.0], [0.0, 0.0]])
    log_variance = np.array([[0.2, -0.7], [0.0, 0.0]])
    kl = np.asarray(gaussian_kl(mean, log_variance))
    sigma = np.exp(log_variance / 2)
    z = mean + sigma * np.random.default_rng(0).standard_normal((200_000, 2, 2))
    log_q, log_p = stats.norm(mean, sigma).logpdf(z), stats.norm.logpdf(z)
    ratios = (log_q - log_p).sum(axis=2)
    errors = ratios.std(axis=0) / np.sqrt(len(z))
    assert (np.abs(kl - ratios.mean(axis=0)) <= 4 * errors + 1e-12).all()
    # By hand: (0.25 + e^0.2 - 1.2 + 1 + e^-0.7 - 0.3) / 2
    assert kl[0] == pytest.approx(0.7339940, abs=1e-6)
    assert kl[1] == 0.0


def test_terms_are_nats_per_image():
    model = compiled(build, beta=0.25)
    x = batch_for(model)
    model.optimizer.by_player["autoencoder"].learning_rate = 0.0
    code = np.asarray(model.encoder(x), "float64")
    mean, log_variance = code[:, :2], code[:, 2:]
    kl = np.exp(log_variance) + mean**2 - 1 - log_variance
    kl = kl.sum(axis=1).mean() / 2
    logs = {name: value[0] for name, value in step(model, x).items()}
    assert logs["kl"] == pytest.approx(kl, rel=1e-5)
    assert logs["autoencoder/weighted_kl"] == pytest.approx(kl / 4, rel=1e-5)
    nats = logs["autoencoder/reconstruction"]
    assert logs["elbo"] == pytest.approx(-nats - kl, rel=1e-5)
    assert logs["autoencoder_loss"] == pytest.approx(nats + kl / 4, rel=1e-5)
    # An untrained decoder of 16 pixels: about log 2 nats each.
    assert nats == pytest.approx(16 * np.log(2), rel=0.2)


@pytest.fixture
def float64():
    with in_float64():
        yield


def exact_log_p(model, flat, log_px_of):
    """log p(x) by an integral over a grid of z."""
    axis = np.linspace(-7.0, 7.0, 281)
    z = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    kernel, bias = (np.asarray(w) for w in model.decoder.weights)
    log_px = np.array([log_px_of(x, z @ kernel + bias) for x in flat])
    joint = np.exp(log_px + stats.norm.logpdf(z).sum(axis=1)).reshape(-1, 281, 281)
    inner = integrate.trapezoid(joint, axis, axis=2)
    return np.log(integrate.trapezoid(inner, axis, axis=1))


def of_bernoulli(x, logits):
    p, t = special.expit(logits), (x + 1) / 2
    return (t * np.log(p) + (1 - t) * np.log1p(-p)).sum(axis=1)


def of_gaussian(x, means):
    return stats.norm(means, np.sqrt(0.5)).logpdf(x).sum(axis=1)


@pytest.mark.parametrize(
    ("likelihood", "shape", "log_px_of"),
    [("bernoulli", (2, 2, 1), of_bernoulli), ("gaussian", (2,), of_gaussian)],
)
def test_elbo_bound_and_log_likelihood(float64, likelihood, shape, log_px_of):
    """ELBO <= L_5 <= L_50 <= log p(x), with a linear encoder and decoder."""
    likelihood = kgan.likelihoods.get(likelihood)
    # No probability, so that there would be no endpoint.
    likelihood.probability_of = "x"
    model = kgan.VAE(shape, 2, hidden=(), likelihood=likelihood)
    rng = np.random.default_rng(1)
    for weight in model.encoder.weights + model.decoder.weights:
        weight.assign(rng.normal(0.0, 0.5, weight.shape))
    n, k = 3, 20_000
    x = rng.uniform(-1.0, 1.0, (n, *shape))
    exact = exact_log_p(model, x.reshape(n, -1), log_px_of)
    noise = rng.standard_normal((n * k, 2))
    # Past the endpoint's float32.
    rows = tf.repeat(x, k, axis=0)
    log_w = model.endpoints()["weigh"].answer(images=rows, noise=noise)["log_weights"]
    log_w = np.reshape(log_w, (n, k))
    elbo = log_w.mean(axis=1)
    bounds = [
        (special.logsumexp(log_w.reshape(n, -1, m), axis=2) - np.log(m)).mean(axis=1)
        for m in (5, 50, k)
    ]
    assert (elbo < bounds[0]).all()
    assert (bounds[0] < bounds[1]).all()
    assert (bounds[1] < exact).all()
    np.testing.assert_allclose(bounds[2], exact, atol=0.02)
    # With the KL term in closed form, the ELBO is the same.
    code = model.encoder(x)
    z = reparametrized(tf.repeat(code, k, axis=0), noise)
    log_px = np.reshape(model.likelihood.log_prob(rows, model.decoder(z)), (n, k))
    closed = log_px.mean(axis=1) - gaussian_kl(*moments(code))
    np.testing.assert_allclose(elbo, closed, atol=0.05)


def test_gradient_of_the_loss(float64):
    """Against finite differences: the noise is the same for each value."""
    model = build(beta=0.5)
    x = tf.constant(batch_for(model), tf.float64)
    epsilon = np.random.default_rng(0).standard_normal((len(x), 2))
    kernel = model.encoder.trainable_variables[0]

    def loss():
        code = model.encoder(x)
        outputs = model.decoder(reparametrized(code, epsilon))
        batch = Coded(x, code, outputs)
        return sum(model.autoencoder_loss(batch).values())

    with tf.GradientTape() as tape:
        value = loss()
    gradient = tape.gradient(value, kernel.value)
    direction = np.random.default_rng(1).standard_normal(kernel.shape)
    before, h = kernel.numpy(), 1e-5
    kernel.assign(before + h * direction)
    above = float(loss())
    kernel.assign(before - h * direction)
    numeric = (above - float(loss())) / (2 * h)
    slope = float(tf.reduce_sum(tf.convert_to_tensor(gradient) * direction))
    assert slope == pytest.approx(numeric, rel=1e-6)


# What it is asked


def test_reconstruct_goes_through_the_mean_of_the_code():
    model = build()
    x = batch_for(model)
    code = model.encode(x)
    assert {n: v.shape for n, v in code.items()} == {
        "mean": (8, 2),
        "log_variance": (8, 2),
    }
    by_hand = np.tanh(np.asarray(model.decoder(code["mean"])) / 2)
    np.testing.assert_allclose(model.reconstruct(x), by_hand, atol=1e-6)


def test_manifold_is_a_grid_of_quantiles():
    x, z = keras.Input(SHAPE), keras.Input((2,))
    code = keras.layers.Dense(4)(keras.layers.Flatten()(x))
    copies = keras.layers.Reshape(SHAPE)(keras.layers.Concatenate()([z] * 8))
    decoder = keras.Model(z, copies)
    model = kgan.VAE(
        SHAPE, 2, encoder=keras.Model(x, code), decoder=decoder, likelihood=FIXED
    )
    grid = model.manifold(5).reshape(5, 5, 16)[..., :2]
    quantiles = np.clip(stats.norm.ppf([0.1, 0.3, 0.5, 0.7, 0.9]), -1, 1)
    np.testing.assert_allclose(grid[0, :, 0], quantiles, atol=1e-5)
    np.testing.assert_allclose(grid[:, 0, 1], quantiles[::-1], atol=1e-5)
    assert model.pictures(None, n=4)["manifold"].draw().shape == (122, 122, 1)
    with pytest.raises(ValueError, match=r"two latent coordinates.*latent_dim=3"):
        kgan.VAE(SHAPE, 3, hidden=(2,)).manifold()


def test_warm_up_of_the_kl_term():
    warm_up = {"name": "linear", "start": 0.0, "end": 1.0, "images": 32}
    model = compiled(build, beta=warm_up)
    # 8 images per step.
    betas = [step(model, batch_for(model))["beta"][0] for _ in range(5)]
    assert betas == [0.0, 0.25, 0.5, 0.75, 1.0]


# Bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"latent_dim": 0}, r"latent_dim >= 1.*latent_dim=0"),
        ({"beta": -1.0}, r"beta >= 0.*beta=-1.0"),
        ({"beta": {"name": "steps", "numbers": [1, -1], "at": [5]}}, "beta >= 0"),
        ({"architecture": "unet"}, r"one of mlp, dcgan. Received: architecture='unet'"),
        ({"image_shape": (3,)}, r"expected images for a Bernoulli.*point 3.*gaussian"),
        ({"likelihood": "poisson"}, r"likelihood by name \(bernoulli, .*'poisson'"),
        (
            {"encoder": keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten()])},
            r"encoder to map \[batch, 4, 4, 1\] to \[batch, 4\]. .*\[batch, 16\]",
        ),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=f"(?i){message}"):
        kgan.VAE(**{"image_shape": SHAPE, "latent_dim": 2, "hidden": (2,), **arguments})


@pytest.mark.parametrize("bad", [3.0, np.nan])
def test_images_out_of_range_are_refused(bad):
    model = compiled(build)
    x = np.array(batch_for(model))
    x[1, 0] = bad
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match="pixels"):
        step(model, x)


def test_validation_sees_the_same_pixels():
    model = build(likelihood="bernoulli_stochastic")
    gray = np.zeros((8, *SHAPE), "float32")
    first, second = (model.play((gray,), training=False).examples for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, model.likelihood.observe(gray))
    drawn = [model.play((gray,), training=True).examples for _ in range(2)]
    assert (np.asarray(drawn[0]) != np.asarray(drawn[1])).any()


def test_weights_only_of_probabilities():
    """What is no log-probability bounds nothing."""
    for likelihood in ("bernoulli", "gaussian"):
        assert "weigh" not in build(likelihood=likelihood).endpoints()
    spaces = [
        build(likelihood=likelihood).endpoints()["weigh"].gives
        for likelihood in ("bernoulli_static", "bernoulli_stochastic")
    ]
    # Outside of training, both observe the same pixels.
    assert spaces[0] == spaces[1]
    assert "one fixed draw per image" in spaces[0]["log_weights"].describe()
