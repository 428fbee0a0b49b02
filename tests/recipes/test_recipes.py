import dataclasses

import keras
import numpy as np
import pytest

import kgan
from kgan import recipes
from kgan.core import data_arguments
from tests.games import nets
from tests.games.conditional import Conditional
from tests.games.three_players import ThreePlayers


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda r: r.name)
def test_recipe_builds(recipe):
    if "mnist" in recipe.data.data:
        # The embedded digits stand in for sets that may not be there.
        data = recipes.Data(split="train[:1%]", labels=recipe.data.labels)
        recipe = dataclasses.replace(recipe, data=data)
    source = recipe.open_data()
    model = recipe.build(source)
    parts = [[s.shape for s in ends.spaces] for ends in (model, source)]
    assert parts[0] == parts[1]
    assert model.optimizer.by_player.keys() == recipe.optimizers.keys()
    assert "arXiv" in recipe.paper


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


def test_the_data_decide_what_the_constructor_takes():
    digits = recipes.get("dcgan").open_data("train[:1%]")
    assert kgan.DCGAN.data_arguments(digits) == {"image_shape": (28, 28, 1)}
    arguments = kgan.VanillaGAN.data_arguments(digits)
    np.testing.assert_array_equal(arguments.pop("mean"), digits.mean())
    assert arguments == {"image_shape": (28, 28, 1)}
    # The option of the recipe stands before the mean of the data.
    ring = recipes.get("gan_ring")
    model = ring.build(ring.open_data())
    assert not model.generator.weights[-1].numpy().any()


def pairs(n=16):
    images = np.zeros((n, *nets.IMAGE), "uint8")
    return kgan.data.ArraySource(images, labels=np.arange(n) % 3)


@pytest.fixture
def games(monkeypatch):
    """The games of the tests as models that recipes name."""
    for game in (Conditional, ThreePlayers):
        monkeypatch.setattr(kgan.models, game.__name__, game, raising=False)


def recipe_of(model, **changes):
    settings = {"name": "adam", "learning_rate": 0.5}
    players = changes.pop("players", ("d", "g"))
    return recipes.Recipe(
        "mine",
        "Mine",
        "arXiv 0",
        model,
        {},
        dict.fromkeys(players, settings),
        **changes,
    )


def test_a_conditional_model_gets_the_classes(games):
    model = recipe_of("Conditional").build(pairs())
    assert model.labels.classes == 3
    history = model.fit(pairs().batches(8), verbose=0).history
    assert np.isfinite(history["g_loss"]).all()


def test_data_of_other_parts(games):
    unlabelled = kgan.data.ArraySource(np.zeros((16, *nets.IMAGE), "uint8"))
    expected = r"image 4x4x1 and .*Received: array with image 4x4x1\. .*--labels"
    with pytest.raises(ValueError, match=expected):
        recipe_of("Conditional").build(unlabelled)
    with pytest.raises(ValueError, match=r"one subfolder per class, an \.npz file"):
        recipe_of("Conditional").build(unlabelled)
    # As many parts as labelled data, but pairs.
    both = kgan.data.pairs.AlignedSource(unlabelled, unlabelled)
    with pytest.raises(ValueError, match=r"image 4x4x1 and image 4x4x1\. .*--labels"):
        recipe_of("Conditional").build(both)
    with pytest.raises(ValueError, match=r"label of 3 classes\. .*--no-labels"):
        recipe_of("ThreePlayers").build(pairs())


def test_a_conditional_model_gets_the_names_of_the_classes(games):
    names = ["boot", "coat", "hat"]
    images = np.zeros((16, *nets.IMAGE), "uint8")
    source = kgan.data.ArraySource(images, np.arange(16) % 3, class_names=names)
    model = recipe_of("Conditional").build(source)
    assert model.labels.names == names


def test_shapes_of_pairs_and_classes():
    spaces = kgan.spaces.Images((4, 4, 1)), kgan.spaces.Images((8, 8, 3))
    arguments = data_arguments.of_spaces(spaces)
    assert arguments["source_shape"] == (4, 4, 1)
    assert arguments["target_shape"] == (8, 8, 3)

    class Own(kgan.DCGAN):
        def __init__(self, target_shape, **kwargs):
            super().__init__(**kwargs)

    class Closed(Own):
        def __init__(self, classes):
            super().__init__((8, 8, 3))

    known = {"image_shape": 1, "target_shape": 2, "classes": 3, "source_shape": 4}
    assert data_arguments.taken(Own, known) == {"image_shape": 1, "target_shape": 2}
    assert data_arguments.taken(Closed, known) == {"classes": 3}


def test_an_optimizer_and_schedules_for_each_player(games):
    schedules = {
        "learning_rate": {"name": "linear", "start": 0.5, "end": 0.0, "images": 32},
        "encoder": {"beta_2": {"name": "steps", "numbers": [0.5, 0.25], "at": [8]}},
    }
    recipe = recipe_of(
        "ThreePlayers", players=("d", "g", "encoder"), schedules=schedules
    )
    source = kgan.data.ArraySource(np.zeros((16, *nets.IMAGE), "uint8"))
    model = recipe.build(source)
    model.fit(source.batches(8), verbose=0)
    # The second step begins after 8 images: 0.5 (1 - 8 / 32).
    rates = [float(o.learning_rate) for o in model.optimizer.optimizers]
    assert rates == [0.375] * 3
    assert float(model.encoder_optimizer.beta_2) == 0.25
    with pytest.raises(ValueError, match=r"d, g, encoder\. Received: .* for d, g\."):
        recipe_of("ThreePlayers").build(source)


def test_unknown_recipe():
    with pytest.raises(ValueError, match=r"Did you mean dcgan or .*gan.*\? Received:"):
        recipes.get("dgcan")
