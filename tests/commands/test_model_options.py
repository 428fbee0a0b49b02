"""The options of a recipe's model on the command line of train.py."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

import kgan
import train
from kgan import recipes
from kgan.commands import model_options, training
from kgan.runs.run import Output, Run
from kgan.spaces import latents

_HELP = """
import sys
from kgan.commands import training
try:
    training.parse([{recipe!r}, "--help"])
except SystemExit:
    pass
assert "tensorflow" not in sys.modules
assert "keras" not in sys.modules
"""


def help_of(recipe):
    """The help of train.py as one line, from a process without TensorFlow."""
    result = subprocess.run(
        [sys.executable, "-c", _HELP.format(recipe=recipe)],
        cwd=Path(train.__file__).parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return " ".join(result.stdout.replace("│", " ").split())


def options_of(*argv):
    return training.parse(["gan", *argv])[0].options


def test_help_shows_each_option_with_type_default_and_meaning():
    text = help_of("gan")
    own = model_options.described(kgan.VanillaGAN.__doc__)
    of_gan = model_options.described(kgan.GAN.__doc__)
    of_game = model_options.described(kgan.Game.__doc__)
    # The recipe's defaults, else those of the signatures.
    assert f"--model.latent-dim INT {own['latent_dim']} (default: 100)" in text
    assert f"--model.pieces INT {own['pieces']} (default: 5)" in text
    hidden = f"[INT [INT ...]] {own['generator_hidden']} (default: 1200 1200)"
    assert f"--model.generator-hidden {hidden}" in text
    steps = of_gan["discriminator_steps"]
    assert f"--model.discriminator-steps INT {steps} (default: 1)" in text
    assert f"--model.ema-ramp FLOAT {of_game['ema_ramp']} (default: 10.0)" in text
    assert "--model.ema-decay {None}|FLOAT" in text
    assert "--model.ema-half-life {None}|INT|FLOAT" in text
    # The list is longer than a line.
    losses = ",".join(sorted(kgan.losses._LOSSES))
    assert f"--model.loss{{{losses}}}" in text.replace(" ", "")
    assert "--model.augment{None,ada,diff_augment}" in text.replace(" ", "")
    priors = ",".join(sorted(latents._PRIORS))
    assert f"--model.latent-prior {{{priors}}}" in text
    assert "(default: uniform_unit_variance)" in text
    # What other options and the data decide is not there.
    for name in ("seed", "image-shape", "mean", "generator ", "spaces", "players"):
        assert f"--model.{name}" not in text
    assert "(default: 0.99)" in help_of("dcgan")


@pytest.mark.parametrize("recipe", recipes.RECIPES)
def test_defaults_change_no_recipe(recipe):
    parsed, _ = training.parse([recipe])
    assert json.dumps(parsed.options) == json.dumps(recipes.get(recipe).options)


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda r: r.name)
def test_all_options_are_arguments_of_the_model(recipe):
    known = model_options.arguments(recipe.model)
    assert recipe.options.keys() <= known.keys()
    assert {"seed", "synchronized", "name"} <= known.keys()


def test_what_the_user_changes_goes_to_the_recipe():
    before = recipes.get("gan").options
    assert options_of("--model.ema-decay", "0.9") == {**before, "ema_decay": 0.9}
    assert options_of("--model.loss", "minimax") == {**before, "loss": "minimax"}
    # As JSON has it, so that a resumed run finds the same.
    changed = options_of("--model.generator-hidden", "8", "4", "--model.pieces", "2")
    assert changed == {**before, "generator_hidden": [8, 4], "pieces": 2}
    # The default of the signature, said aloud, is no change.
    assert options_of("--model.pieces", "5") == before


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("loss", "hinge_of_the_door", kgan.losses._LOSSES),
        ("latent-prior", "cauchy", latents._PRIORS),
        ("ema-dekay", "0.9", ["--model.ema-decay"]),
        ("width", "wide", ["--model.width"]),
    ],
)
def test_bad_options(capsys, option, value, named):
    with pytest.raises(SystemExit) as end:
        training.parse(["dcgan", f"--model.{option}", value])
    assert end.value.code == 2
    error = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert all(name in error for name in named)
    assert "Traceback" not in error


def test_resumed_with_an_option_that_the_recipe_does_not_have(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked, run = training.parse(["gan", "--model.ema-decay", "0.9"])
    with run.writing(asked):
        pass
    for again in ([], ["--model.ema-decay", "0.9"]):
        resumed, _ = training.parse(["gan", "--resume", *again])
        assert resumed == asked
    with pytest.raises(ValueError, match=r"options.ema_decay was 0.9, is 0.8"):
        training.parse(["gan", "--resume", "--model.ema-decay", "0.8"])
    with pytest.raises(ValueError, match=r"options.pieces was None, is 3"):
        training.parse(["gan", "--resume", "--model.pieces", "3"])


def test_networks_to_start_from_do_not_change(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked, run = training.parse(["gan", "--starts-from", "dcgan"])
    with run.writing(asked):
        pass
    resumed, _ = training.parse(["gan", "--resume"])
    assert resumed.starts_from == "dcgan"
    with pytest.raises(ValueError, match=r"starts_from was 'dcgan', is 'gan_ring'"):
        training.parse(["gan", "--resume", "--starts-from", "gan_ring"])


def test_a_run_keeps_its_settings_when_a_default_changes(tmp_path):
    """A saved value stands before the recipe's."""
    recipe = recipes.get("dcgan")
    saved = dataclasses.replace(recipe, options={**recipe.options, "width": 3})
    run = Run("dcgan", Output(logs=str(tmp_path), run="first"))
    with run.writing(saved):
        pass
    arguments = ["--resume", "--run", "first", "--logs", str(tmp_path)]
    resumed, _ = training.parse(["dcgan", *arguments])
    assert resumed.options["width"] == 3


def test_an_option_of_several_numbers():
    """A recipe's dictionary, such as a penalty and its weight, has options too."""
    penalty = {"name": "r1", "weight": 10.0}
    recipe = dataclasses.replace(recipes.get("dcgan"), options={"penalty": penalty})
    options = model_options.of_recipe(recipe)
    assert options.penalty == penalty
    assert model_options.changed(recipe, options) == {"penalty": penalty}


def test_a_class_among_the_types_of_an_option():
    """A reward is a text for the command line, and not only one of a list."""
    qed, _ = training.parse(["molgan_qed", "--model.reward", "qed*sa"])
    assert qed.options["reward"] == "qed*sa"
    assert "reward" not in vars(model_options.of_recipe(kgan.recipes.get("molgan")))


def test_optimizers_and_schedules_by_player(monkeypatch):
    line = {"name": "linear", "start": 0.1, "end": 0.0, "images": 100}
    adam = {"name": "adam", "learning_rate": 1e-3}
    recipe = dataclasses.replace(
        recipes.get("dcgan"),
        name="vae",
        optimizers={"encoder": adam, "decoder": adam},
        schedules={"encoder": {"learning_rate": line}},
    )
    monkeypatch.setitem(recipes.RECIPES, "vae", recipe)
    arguments = ["--decoder-optimizer.learning-rate", "0.5", "--starts-from", "dcgan"]
    arguments += ["--schedules.encoder.learning-rate.end", "0.05"]
    asked, _ = training.parse(["vae", *arguments])
    assert asked.optimizers == {
        "encoder": adam,
        "decoder": {"name": "adam", "learning_rate": 0.5},
    }
    assert asked.schedules == {"encoder": {"learning_rate": {**line, "end": 0.05}}}
    assert asked.starts_from == "dcgan"
    with pytest.raises(SystemExit):
        training.parse(["vae", "--d-optimizer.learning-rate", "0.5"])


def test_args_of_a_docstring():
    docstring = """A class.

    Args:
        a: first: on
            two lines.
        b, c: [batch, d],
            both.
        **kwargs: others.

    Raises:
        ValueError: for nothing.
    """
    assert model_options.described(docstring) == {
        "a": "first: on two lines.",
        "b": "[batch, d], both.",
        "c": "[batch, d], both.",
        "**kwargs": "others.",
    }
    assert model_options.described("A class without arguments.") == {}


def test_a_class_that_does_not_exist():
    assert model_options.arguments("Nowhere") == {}
