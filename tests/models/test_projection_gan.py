import numpy as np
import pytest

import kgan
from tests.game_test_case import check_steps, run_game_test


def build(**kwargs):
    # With one step of D the graph is small.
    settings = {"discriminator_steps": 1, **kwargs}
    return kgan.ProjectionGAN(
        (16, 16, 1), classes=3, latent_dim=4, width=2, seed=0, **settings
    )


def test_steps():
    check_steps(build)


@pytest.mark.slow
def test_projection_gan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True, endpoints=False)


def test_logit_by_hand():
    """psi(h) + <e_y, h>, each divided by its largest singular value."""
    model = build()
    d = model.discriminator
    images = np.random.default_rng(0).uniform(-1, 1, (4, 16, 16, 1)).astype("float32")
    labels = np.array([0, 1, 2, 1])
    logits = d([images, np.eye(3, dtype="float32")[labels]]).numpy()

    import keras

    features = keras.Model(d.inputs[0], d.get_layer("sum").output)(images).numpy()
    heads = {n.layer.name: n for n in d.layers if hasattr(n, "before_update")}
    psi, e = (
        heads[name].layer.kernel.numpy() / float(heads[name].sigma())
        for name in ("logits", "label_embedding")
    )
    by_hand = features @ psi + (e[labels] * features).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(logits, by_hand, rtol=1e-4)
    assert e.shape == (3, 2)


def test_the_class_sets_scale_and_offset_alone():
    """With one scale and offset for all classes, G makes one image of all labels."""
    model = build()
    z = np.asarray(model.latents.sample(3, 0))
    same = model.synthesize(np.repeat(z[:1], 3, axis=0), labels=[0, 1, 2])
    np.testing.assert_allclose(same[0], same[1], atol=1e-6)
    offsets = np.tile([[0.0], [1.0], [2.0]], (1, 4))
    model.generator.get_layer("last_norm").beta.assign(offsets)
    changed = model.synthesize(np.repeat(z[:1], 3, axis=0), labels=[0, 1, 2])
    assert np.abs(changed[0] - changed[1]).max() > 1e-3
