import dataclasses
import hashlib
import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan import recipes
from kgan.runs.agreement import agreement, file_hash
from kgan.runs.config import about_start, saved_recipe
from kgan.runs.run import Output, Run
from kgan.runs.starting import copy_networks, start
from tests.game_test_case import two_replicas
from tests.tiny_run import tiny_run

DATA = recipes.Data(split="train[:32]")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(path, model) of a run of the recipe dcgan."""
    return tiny_run(tmp_path_factory.mktemp("logs"), DATA)


def new(starts_from, **options):
    recipe = recipes.get("dcgan")
    options = {**recipe.options, "width": 2, "latent_dim": 4, **options}
    return dataclasses.replace(
        recipe, name="second", options=options, data=DATA, starts_from=starts_from
    )


def build(recipe):
    return recipe.build(recipe.open_data())


def run_in(logs, **output):
    return Run("second", Output(logs=str(logs), **output))


def assert_same(network, other):
    for a, b in zip(network.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def sha256(*networks):
    digest = hashlib.sha256()
    for network in networks:
        for weight in network.get_weights():
            digest.update(weight.tobytes())
    return digest.hexdigest()


def test_networks_of_the_newest_run_are_copied(trained, tmp_path):
    path, first = trained
    recipe = new("dcgan")
    second = build(recipe)
    untouched = second.draws.seeds.state.numpy()
    record = start(second, recipe, run_in(path.parents[1]))
    assert_same(second.generator, first.generator)
    assert_same(second.discriminator, first.discriminator)
    assert_same(second.ema_generator, first.ema_generator)
    assert record == {
        "from": str(path),
        "steps": 2,
        "networks": ["discriminator", "generator"],
        "sha256": sha256(first.discriminator, first.generator),
    }
    # All else is new.
    assert int(second.steps) == int(second.g_optimizer.iterations) == 0
    np.testing.assert_array_equal(second.draws.seeds.state.numpy(), untouched)

    # The run says so, and goes on saying so.
    run = run_in(tmp_path, run="one")
    with run.writing(recipe, record):
        pass
    again = run_in(tmp_path, run="one", resume=True)
    with again.writing(recipe):
        pass
    config = json.loads((run.path / "config.json").read_text())
    assert config["start"] == record
    assert saved_recipe(run.path) == recipe
    origin = "/".join(path.parts[-3:])
    assert about_start(run.path) == {
        "started_from": f"discriminator, generator of {origin} after 2 steps, sha256 "
        f"{record['sha256'][:12]}"
    }
    assert about_start(path) == {}


def test_scores_say_what_a_run_started_from(trained, tmp_path):
    path = tmp_path / "run"
    shutil.copytree(trained[0], path)
    config = json.loads((path / "config.json").read_text())
    config["start"] = {
        "from": "logs/first/007",
        "steps": 5,
        "networks": ["generator"],
        "sha256": "ab" * 32,
    }
    (path / "config.json").write_text(json.dumps(config))
    words = "generator of logs/first/007 after 5 steps, sha256 abababababab"
    samples = kgan.evaluation.open_samples(path)
    assert samples.trained["started_from"] == words
    trained[1].save(path / "best.keras")
    best = kgan.evaluation.open_samples(path / "best.keras")
    assert best.trained["started_from"] == words


def test_a_run_with_a_state_goes_on_from_it(trained, tmp_path):
    path, first = trained
    recipe = new("nowhere")
    run = run_in(tmp_path, run="one")
    (run.path / "checkpoints").mkdir(parents=True)
    (run.path / "checkpoints" / "checkpoint").write_text("")
    assert start(first, recipe, run) is None
    assert start(first, new(None), run_in(tmp_path)) is None
    # Stopped before its first state: as at the first start, not the newest run.
    digest = sha256(first.discriminator, first.generator)
    record = {"from": str(path), "steps": 2, "networks": [], "sha256": digest}
    early = run_in(tmp_path, run="two")
    with early.writing(recipe, record):
        pass
    second = build(recipe)
    assert start(second, recipe, early)["from"] == str(path)
    assert_same(second.generator, first.generator)
    # Unless the other model is no longer what it was.
    late = run_in(tmp_path, run="three")
    with late.writing(recipe, {**record, "sha256": "ab" * 32}):
        pass
    with pytest.raises(ValueError, match=f"{'ab' * 32}.*{digest}.*start a new run"):
        start(second, recipe, late)


def test_machines_agree_on_the_start(trained, tmp_path):
    path, _ = trained
    logs = path.parents[1]
    agreed = agreement(new("dcgan"), run_in(logs))
    assert agreed["start"] == str(path)
    assert "start" not in agreement(new(None), run_in(logs))
    copy = tmp_path / "dcgan" / "001"
    shutil.copytree(path, copy)
    same = agreement(new("dcgan"), run_in(tmp_path))
    assert same["start_hash"] == agreed["start_hash"]
    (data,) = (copy / "checkpoints").glob("*.data-*")
    data.write_bytes(data.read_bytes()[:-1])
    other = agreement(new("dcgan"), run_in(tmp_path))
    assert other["start_hash"] != agreed["start_hash"]
    (tmp_path / "a.keras").write_bytes(b"")
    # The sha256 of one digest, that of no bytes.
    empty = hashlib.sha256(hashlib.sha256(b"").digest()).hexdigest()
    assert file_hash(tmp_path / "a.keras") == empty


def test_without_an_average_the_weights_begin_it(trained, tmp_path):
    path = tmp_path / "plain.keras"
    plain = build(new(None, ema_decay=None))
    plain.save(path)
    second = build(new(str(path)))
    start(second, new(str(path)), run_in(tmp_path))
    assert_same(second.generator, plain.generator)
    assert_same(second.ema_generator, plain.generator)


def test_on_two_replicas(trained):
    _, first = trained
    with two_replicas().scope():
        second = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2, seed=9)
    copy_networks(second, first, "first")
    for variable, value in zip(
        second.generator.variables, first.generator.get_weights(), strict=True
    ):
        for local in two_replicas().experimental_local_results(variable.value):
            np.testing.assert_array_equal(local, value)


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ("gan", r"a run to start from. Received: .*gan, without runs.*train.py gan"),
        ("logs/dcgan/007", r"logs/dcgan/007, which does not exist or is no run"),
        ("first.keras", r"first.keras, which does not exist"),
    ],
)
def test_nothing_to_start_from(trained, tmp_path, origin, message):
    with pytest.raises(ValueError, match=message):
        start(trained[1], new(origin), run_in(tmp_path))


def test_other_names_and_shapes(trained):
    _, first = trained
    with pytest.raises(ValueError, match=r"equal name: encoder.*generator"):
        copy_networks(kgan.AutoEncoder(hidden=(2,)), first, "first")
    wide = kgan.DCGAN((28, 28, 1), latent_dim=4, width=3, seed=0)
    before = wide.discriminator.get_weights()
    expected = r"'discriminator'.*Received: first with .*kernel of shape \(.*, 2\)"
    with pytest.raises(ValueError, match=expected):
        copy_networks(wide, first, "first")
    for a, b in zip(before, wide.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_precision_of_the_new_run_stays(trained):
    import keras

    path, _ = trained
    recipe = new(str(path))
    training = dataclasses.replace(recipe.training, precision="bfloat16")
    recipe = dataclasses.replace(recipe, training=training)
    model = build(recipe)
    start(model, recipe, run_in(path.parent / "none"))
    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    assert model.generate(2, seed=0).shape == (2, 28, 28, 1)
    assert tf.float32 == model.generator.weights[0].dtype
