import dataclasses

import pytest

from kgan import recipes


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda r: r.name)
def test_recipe_builds(recipe):
    source = recipe.open_data("train[:1%]")
    model = recipe.build(source)
    assert model.image_shape == source.image_shape
    assert model.d_optimizer is not model.g_optimizer
    assert "arXiv" in recipe.paper
    assert recipe.published


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
    with pytest.raises(ValueError, match=r"No recipe 'dgcan'.*Did you mean dcgan"):
        recipes.get("dgcan")
