import dataclasses

import keras
import numpy as np
import pytest

from kgan import recipes


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda r: r.name)
def test_recipe_builds(recipe):
    if recipe.options.get("output") != "linear":
        # The embedded digits stand in for sets that may not be there.
        recipe = dataclasses.replace(recipe, data=recipes.Data(split="train[:1%]"))
    source = recipe.open_data()
    model = recipe.build(source)
    assert model.image_shape == source.image_shape
    assert model.d_optimizer is not model.g_optimizer
    assert "arXiv" in recipe.paper
    assert recipe.published


def test_parzen_recipe_plays_the_papers_game():
    """Optimizer, batch, averaging and dropout differ from the experiment of 2014."""
    recipe = recipes.get("gan_mnist_parzen")
    assert (recipe.data.data, recipe.data.split) == ("mnist", "train[:50000]")
    digits = dataclasses.replace(recipe, data=recipes.Data(split="train[:1%]"))
    source = digits.open_data()
    model = digits.build(source)
    units = [w.shape[-1] for w in model.generator.weights]
    assert units == [1200, 1200, 1200, 1200, 784, 784]
    # 240 units of 5 pieces
    units = [w.shape[-1] for w in model.discriminator.weights]
    assert units == [1200, 1200, 1200, 1200, 1, 1]
    rates = [
        layer.rate
        for layer in model.discriminator.layers
        if isinstance(layer, keras.layers.Dropout)
    ]
    assert rates == [0.0, 0.0, 0.0]
    assert model.latent_prior.limit == pytest.approx(3**0.5)
    assert (model.latent_dim, model.discriminator_steps) == (100, 1)
    # What is averaged: every step of the run.
    steps = recipe.training.epochs * 50_000 // recipe.training.batch_size
    ramp, decay = model.averaging.ramp, model.averaging.decay
    assert (1 + steps) / (ramp + steps) < decay
    # G(0) is the mean digit, averaged or not.
    zeros = np.zeros((1, 100), "float32")
    for network in (model.generator, model.ema_generator):
        mean = np.clip(source.mean(), -0.98, 0.98)
        np.testing.assert_allclose(network(zeros)[0], mean, atol=1e-4)


def test_stacked_recipe_is_dcgan_on_other_data():
    recipe, dcgan = recipes.get("dcgan_stacked_mnist"), recipes.get("dcgan")
    assert recipe.options == dcgan.options
    assert (recipe.data.data, recipe.samples) == ("stacked_mnist", 26_000)
    digits = dataclasses.replace(recipe, data=recipes.Data("stacked_mnist_10k"))
    source = digits.open_data()
    assert digits.build(source).image_shape == (28, 28, 3)


def test_precision():
    source = recipes.get("dcgan").open_data("train[:1%]")
    training = recipes.Training(precision="bfloat16")
    recipe = dataclasses.replace(recipes.get("dcgan"), training=training)
    assert recipe.build(source).generator.get_layer("up1").compute_dtype == "bfloat16"


def test_examples_a_step():
    recipe = recipes.get("dcgan")
    recipe = dataclasses.replace(
        recipe, options={**recipe.options, "discriminator_steps": 5}
    )
    assert recipe.examples_a_step == 5 * recipe.training.batch_size


def test_unknown_recipe():
    with pytest.raises(ValueError, match=r"Did you mean dcgan or gan\? Received:"):
        recipes.get("dgcan")
