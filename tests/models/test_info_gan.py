import math

import numpy as np
import pytest
import tensorflow as tf

import kgan
from tests.game_test_case import batch_for, check_steps, compiled, run_game_test, step


def build(**kwargs):
    # Of hidden layers between two normalizations some gradients are sums of equal parts
    # of both signs, whose rounding Adam enlarges: replicas would differ by 1e-14.
    tiny = {"noise": 4, "categories": (3,), "continuous": 2, "width": 2, "hidden": None}
    return kgan.InfoGAN((16, 16, 1), **tiny, seed=0, **kwargs)


def test_hidden_layers_of_both_sides():
    model = kgan.InfoGAN((16, 16, 1), width=2, hidden=8)
    for network in (model.generator, model.discriminator):
        assert network.get_layer("hidden").units == 8
    # Q reads the hidden layer of D.
    assert model.reader.input_shape == (None, 8)


def test_steps():
    check_steps(build)


@pytest.mark.slow
def test_info_gan(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def test_q_learns_in_gs_player_and_d_learns_the_codes_too():
    model = compiled(build)
    names = {v.path for v in model.players["g"].variables}
    assert {v.path for v in model.reader.trainable_variables} <= names
    batch = model.play((tf.constant(batch_for(model)),), training=True)
    assert {*model.discriminator_loss(batch)} == {"adversarial", "codes"}
    assert {*model.generator_loss(batch)} == {"adversarial", "codes"}


def bound_of(model, reader):
    """The logged bound, where Q is `reader` of latents."""
    model.read = lambda features, training=False: reader(model.last)
    play = model.play

    def remembered(data, training):
        batch = play(data, training)
        model.last = batch.latents
        return batch

    model.play = remembered
    model.compile("sgd", "sgd", run_eagerly=True)
    return step(model, batch_for(model))["mutual_information"][0]


def test_bound_of_a_code_that_is_in_the_image():
    """Where Q is sure and right, the bound is H(c) = log 3; never above it."""
    model = build()

    def sure(latents):
        _, (code,), continuous = model.codes.noise_and_codes(latents)
        # Through Q's weights, so that it has a gradient.
        none = 0.0 * sum(tf.reduce_sum(v) for v in model.reader.trainable_variables)
        return [1e3 * code + none], continuous + none

    np.testing.assert_allclose(bound_of(model, sure), math.log(3.0), rtol=1e-6)


def test_bound_of_a_reader_that_knows_nothing():
    model = build()

    def ignorant(latents):
        _, (code,), continuous = model.codes.noise_and_codes(latents)
        none = 0.0 * sum(tf.reduce_sum(v) for v in model.reader.trainable_variables)
        return [0.0 * code + none], 0.0 * continuous + none

    np.testing.assert_allclose(bound_of(model, ignorant), 0.0, atol=1e-6)


def test_traversals_change_one_code_each():
    model = build()
    shown = model.traverse(steps=6, seed=3)
    assert shown.shape == (3, 6, 16, 16, 1)
    # Three values of the category in turn.
    np.testing.assert_allclose(shown[0, :3], shown[0, 3:], atol=1e-6)
    assert np.abs(shown[1, 0] - shown[1, 5]).max() > 1e-6
    assert list(model.pictures(None)) == ["generate", "traversals"]


def test_encode_answers_the_likeliest_value():
    model = build()
    images = batch_for(model, 5)
    answers = model.endpoint("encode")(images=images)
    assert answers["category"].dtype == "int32" and answers["category"].shape == (5,)
    assert answers["continuous"].shape == (5, 2)
    several = kgan.InfoGAN((16, 16, 1), 2, (2, 3), 0, width=2)
    assert set(several.endpoints()["encode"].gives) == {"category1", "category2"}


def test_bad_input():
    with pytest.raises(ValueError, match="at least one code"):
        kgan.InfoGAN((16, 16, 1), 4, (), 0, width=2)
    with pytest.raises(ValueError, match="code_weight > 0"):
        build(code_weight=0.0)
