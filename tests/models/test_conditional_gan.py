import keras
import numpy as np
import pytest

import kgan
from tests.game_test_case import (
    batch_for,
    check_steps,
    compiled,
    dataset_of,
    run_game_test,
    step,
)


def build(**kwargs):
    return kgan.ConditionalGAN(
        (16, 16, 1), classes=3, latent_dim=4, width=2, embedding=3, seed=0, **kwargs
    )


def test_steps():
    check_steps(build)


@pytest.mark.slow
def test_conditional_gan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def test_fakes_have_the_labels_of_the_real_examples():
    model = compiled(build)
    images, labels = batch_for(model)
    seen = []

    class Seen(kgan.ConditionalGAN):
        def discriminate(self, examples, batch):
            seen.append(np.asarray(batch.labels))
            return super().discriminate(examples, batch)

    own = compiled(lambda: Seen((16, 16, 1), 3, 4, 2, embedding=3, seed=0))
    own.run_eagerly = True
    step(own, (images, labels))
    assert len(seen) == 3
    for one in seen:
        np.testing.assert_array_equal(one, labels)


def test_labels_matter_from_the_start():
    """The same z in two classes differs by about as much as two z in one class."""
    model = kgan.ConditionalGAN((16, 16, 1), 10, 50, 8, embedding=50, seed=0)
    z = np.asarray(model.latents.sample(64, 1))
    zero, one = (model.synthesize(z, labels=np.full(64, y)) for y in (0, 1))
    by_label = np.abs(zero - one).mean()
    by_z = np.abs(zero[:32] - zero[32:]).mean()
    assert by_label / by_z == pytest.approx(1.0, abs=0.5)
    images = np.zeros((4, 16, 16, 1), "float32")
    told = [model.discriminator([images, np.eye(10)[[y] * 4]])[0, 0] for y in (0, 1)]
    assert abs(told[0] - told[1]) > 1e-3


def test_mixture_of_two_classes():
    """Its ends are the classes themselves, and the middle is none of them."""
    model = build()
    z = np.asarray(model.latents.sample(4, 1))
    mix = model.endpoint("mix")
    ends = {"labels": np.zeros(4, "int32"), "labels_to": np.full(4, 2)}

    def at(share):
        return mix(latents=z, share=np.full(4, share), **ends)["images"]

    zero, two = (model.synthesize(z, labels=np.full(4, y)) for y in (0, 2))
    np.testing.assert_allclose(at(0.0), zero, atol=1e-6)
    np.testing.assert_allclose(at(1.0), two, atol=1e-6)
    assert np.abs(at(0.5) - zero).max() > 1e-6
    assert np.abs(at(0.5) - two).max() > 1e-6


def test_two_gaussians_chosen_by_the_label():
    """N(-2, .5) for label 0 and N(+3, .5) for label 1, both coordinates."""
    spaces = [kgan.spaces.Points(2), kgan.spaces.Labels(2)]
    generator = kgan.networks.mlp_generator((2,), 2 + 4, (32,), "linear", seed=0)
    discriminator = kgan.networks.maxout_discriminator(
        (2 + 2,), (32,), 2, (0.0, 0.0), unit=False, seed=0, initial=0.05
    )
    model = kgan.GAN(
        kgan.networks.labelled_generator(generator, 2, 4, seed=0),
        kgan.networks.labelled_discriminator(discriminator, 2, seed=0),
        spaces=spaces,
        loss="relativistic",
        penalties=[{"name": "r1", "gamma": 0.1}, {"name": "r2", "gamma": 0.1}],
        ema_decay=0.98,
        seed=0,
    )
    adam = [keras.optimizers.Adam(5e-3, beta_1=0.0, beta_2=0.9) for _ in range(2)]
    model.compile(*adam, steps_per_execution=50)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 64 * 400).astype("int32")
    centres = np.array([-2.0, 3.0])[labels][:, None]
    points = (centres + 0.5 * rng.normal(size=(len(labels), 2))).astype("float32")
    data = kgan.data.ArraySource(points, labels).batches(64, seed=0)
    model.fit(data, epochs=1, verbose=0)
    for label, centre in ((0, -2.0), (1, 3.0)):
        made = model.generate(labels=np.full(2000, label), seed=1)
        np.testing.assert_allclose(made.mean(axis=0), [centre, centre], atol=0.3)
        np.testing.assert_allclose(made.std(axis=0), 0.5, atol=0.35)


def test_bad_input():
    model = build()
    with pytest.raises(ValueError, match=r"Expected labels beside the seed"):
        model.generate(4, seed=0)
    with pytest.raises(ValueError, match=r"0 to 2"):
        model.generate(labels=[0, 3], seed=0)
    with pytest.raises(ValueError, match=r"each of n=3 examples. Received: 2"):
        model.generate(3, labels=[0, 1], seed=0)
    with pytest.raises(ValueError, match=r"2 parts: image 16x16x1, label"):
        compiled(build).fit(dataset_of(batch_for(model)[0]), verbose=0)
    with pytest.raises(ValueError, match=r"classes >= 2"):
        kgan.ConditionalGAN((16, 16, 1), classes=1, width=2)


def test_labelled_networks_without_labels_in_the_data():
    model = build()
    with pytest.raises(
        ValueError, match=r"spaces with labels, which 'generator' takes"
    ):
        kgan.GAN(model.generator, model.discriminator)
