import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.serving import ServingSession, card, contract, prediction_log
from kgan.spaces.images import tile
from kgan.system import image_files
from tests.game_test_case import two_replicas
from tests.games.translation import Translation
from tests.serving.trained import build, train, trained

ENDS = {"seed_from": 1, "seed_to": 1, "steps": 3, "path": "prior"}


@pytest.fixture(scope="module")
def path(exported):
    return exported


@pytest.fixture(scope="module")
def session(path):
    with ServingSession(path) as session:
        yield session


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The model of a .keras file."""
    file = tmp_path_factory.mktemp("saved") / "digits.keras"
    trained().save(file)
    return keras.models.load_model(file)


def test_the_folder(path):
    assert [p.name for p in path.parent.iterdir()] == ["1"]
    assert {p.name for p in (path / "assets.extra").iterdir()} == {
        "contract.json",
        "model_card.json",
        "model_card.md",
        "requests_to_refuse",
        "samples.png",
        "tf_serving_warmup_requests",
    }
    assert path.stat().st_mode & 0o777 == 0o755


def test_the_picture_shows_what_generate_gives(path):
    shown = image_files.read(path / "assets.extra" / "samples.png")
    samples = kgan.spaces.to_uint8(trained().generate(64, seed=0))
    np.testing.assert_array_equal(shown, tile(samples))
    text = (path / "assets.extra" / "model_card.md").read_text()
    assert "![generate, seed 0](samples.png)" in text


def test_a_translation_has_no_picture_without_images(tmp_path):
    model = Translation()
    model.steps.assign(1)
    path = model.export(tmp_path / "1")
    assert not (path / "assets.extra" / "samples.png").exists()
    assert card.read(path)["picture"] is None


def test_variables_are_stored_once(path):
    stored = tf.train.load_checkpoint(str(path / "variables" / "variables"))
    shapes = stored.get_variable_to_shape_map()
    sizes = sum(np.prod(s) for name, s in shapes.items() if "VARIABLE" in name)
    assert sizes == trained().ema_generator.count_params()
    data = path / "variables" / "variables.data-00000-of-00001"
    assert 4 * sizes <= data.stat().st_size < 4 * sizes + 2000


def test_the_average_is_exported(session):
    z = np.ones((2, 4), "float32")
    images = session.run("serving_default", {"latents": z})["images"]
    model = trained()
    np.testing.assert_array_equal(images, model.ema_generator(z))
    assert np.abs(images - model.generator(z)).max() > 0


@pytest.mark.parametrize("seed", [0, 1, -1, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("n", [1, 5])
def test_a_seed_gives_what_generate_gives(session, n, seed):
    inputs = {"num_samples": np.int32(n), "seed": np.int32(seed)}
    expected = kgan.spaces.to_uint8(trained().generate(n, seed))
    images = session.run("sample", inputs)["images"]
    np.testing.assert_array_equal(images, expected)
    pngs = session.run("sample_png", inputs)["png_bytes"]
    decoded = [tf.io.decode_png(png).numpy() for png in pngs]
    np.testing.assert_array_equal(decoded, expected)


def test_more_than_a_block_is_what_generate_gives(session):
    inputs = {"num_samples": np.int32(600), "seed": np.int32(3)}
    expected = kgan.spaces.to_uint8(trained().generate(600, 3))
    np.testing.assert_array_equal(session.run("sample", inputs)["images"], expected)


def test_the_ends_of_an_interpolation_are_samples(session):
    def first(seed):
        inputs = {"num_samples": np.int32(1), "seed": np.int32(seed)}
        return session.run("sample", inputs)["images"][0].astype(int)

    images = between(session, 3, 4, 5, "prior")
    assert images.shape == (5, 28, 28, 1)
    # Of another batch size, so up to rounding.
    assert np.abs(images[0] - first(3)).max() <= 1
    assert np.abs(images[-1] - first(4)).max() <= 1
    assert len(np.unique(images, axis=0)) == 5
    # The images fill the range of uint8, or there would be little to compare.
    assert images.min() < 20
    assert images.max() > 235


def between(session, seed_from, seed_to, steps, path):
    numbers = {"seed_from": seed_from, "seed_to": seed_to, "steps": steps}
    inputs = {name: np.int32(number) for name, number in numbers.items()}
    return session.run("interpolate", {**inputs, "path": path})["images"]


@pytest.mark.parametrize("way", ["prior", "linear", "spherical"])
def test_interpolations_of_a_model_its_file_and_its_export_are_equal(
    session, saved, way
):
    for ends in ((1, 2), (-(2**31), 2**31 - 1)):
        expected = trained().interpolate(*ends, 7, way)
        np.testing.assert_array_equal(saved.interpolate(*ends, 7, way), expected)
        images = between(session, *ends, 7, way)
        assert images.tobytes() == kgan.spaces.to_uint8(expected).tobytes()


def test_a_long_interpolation_is_that_of_the_model(session):
    # More than a block of rows.
    expected = kgan.spaces.to_uint8(trained().interpolate(1, 2, 300))
    np.testing.assert_array_equal(between(session, 1, 2, 300, "prior"), expected)


@pytest.mark.parametrize(
    ("signature", "inputs", "sentence"),
    [
        ("sample", {"num_samples": 0, "seed": 1}, r"num_samples from 1 to 1024.*\[0\]"),
        ("sample_png", {"num_samples": -1, "seed": 1}, r"from 1 to 1024.*\[-1\]"),
        ("sample", {"num_samples": 10_000_000, "seed": 1}, r"1024.*\[10000000\]"),
        ("sample", {"num_samples": [3, 3], "seed": 1}, r"\[2\].*expected shape \[\]"),
        ("sample", {"num_samples": 3, "seed": [1]}, r"\[1\].*expected shape \[\]"),
        ("interpolate", {**ENDS, "steps": 1}, "from 2 to 1024"),
        ("interpolate", {**ENDS, "steps": 5000}, r"\[5000\]"),
        ("interpolate", {**ENDS, "path": "cubic"}, r"linear, spherical.*\[cubic\]"),
        ("serving_default", {"latents": np.zeros((2, 5))}, r"expected shape \[\?,4\]"),
        ("serving_default", {"latents": np.zeros(4)}, r"expected shape \[\?,4\]"),
        ("serving_default", {"latents": np.full((1, 4), np.nan)}, "finite latents"),
        ("serving_default", {"latents": np.full((1, 4), np.inf)}, "finite latents"),
        ("serving_default", {"latents": np.zeros((1025, 4))}, r"1024 .*\[1025\]"),
    ],
)  # fmt: skip
def test_bad_requests_are_refused(session, signature, inputs, sentence):
    dtype = "float32" if signature == "serving_default" else "int32"
    inputs = {
        name: value if isinstance(value, str) else np.asarray(value, dtype)
        for name, value in inputs.items()
    }
    with pytest.raises(tf.errors.InvalidArgumentError, match=sentence):
        session.run(signature, inputs)


@pytest.mark.parametrize("dtype", ["int64", "float32"])
def test_other_dtypes_are_refused(session, dtype):
    inputs = {"num_samples": np.asarray(1, dtype), "seed": np.int32(1)}
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        session.run("sample", inputs)


def test_warm_up_requests(path):
    requests = prediction_log.read(path / "assets.extra" / contract.WARM_UP)
    assert {r.model for r in requests} == {"digits"}
    assert [int(r.inputs["num_samples"]) for r in requests if r.signature == "sample"]
    sizes = {}
    for request in requests:
        name = request.signature
        key = {"serving_default": "latents", "interpolate": "steps"}.get(name)
        value = request.inputs[key or "num_samples"]
        sizes.setdefault(name, []).append(len(value) if value.ndim else int(value))
    assert sizes == {
        "interpolate": [2, 8, 32],
        "sample": [1, 8, 32],
        "sample_png": [1, 8, 32],
        "serving_default": [1, 8, 32],
    }


def test_limit(tmp_path):
    path = trained().export(tmp_path / "1", limit=10)
    requests = prediction_log.read(path / "assets.extra" / contract.WARM_UP)
    asked = [r.inputs["num_samples"] for r in requests if r.signature == "sample"]
    assert asked == [1, 8, 10]
    with ServingSession(path) as session:
        inputs = {"num_samples": np.int32(11), "seed": np.int32(1)}
        with pytest.raises(tf.errors.InvalidArgumentError, match="from 1 to 10"):
            session.run("sample", inputs)
    with pytest.raises(ValueError, match="Expected limit >= 1"):
        trained().export(tmp_path / "2", limit=0)


def test_batched_keeps_what_a_server_can_merge(tmp_path):
    path = trained().export(tmp_path / "1", batched=True)
    with ServingSession(path) as session:
        assert list(session.signatures) == ["serving_default"]
    assert "max_batch_size" in (path / "batching_params.pbtxt").read_text()
    kgan.serving.verify(path, trained())


def test_nothing_is_overwritten(path, tmp_path):
    before = (path / "saved_model.pb").read_bytes()
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        trained().export(path)
    assert (path / "saved_model.pb").read_bytes() == before
    (tmp_path / "1").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        trained().export(tmp_path / "1")
    assert not (tmp_path / "elsewhere").exists()


def test_nan_is_exported_by_force_only(tmp_path):
    model = train(build())
    weight = model.ema_generator.weights[0]
    weight.assign(weight * np.nan)
    with pytest.raises(ValueError, match=r"finite weights.*project/kernel"):
        model.export(tmp_path / "1")
    assert list(tmp_path.iterdir()) == []
    path = model.export(tmp_path / "1", force=True, batched=True)
    assert kgan.serving.verify(path).lines


def test_an_untrained_model_is_exported_by_force_only(tmp_path):
    with pytest.raises(ValueError, match=r"after 0 training steps.*--force"):
        build().export(tmp_path / "1")
    assert list(tmp_path.iterdir()) == []
    assert kgan.serving.verify(
        build().export(tmp_path / "1", force=True, batched=True)
    ).lines


def test_a_model_under_a_strategy(tmp_path):
    with two_replicas().scope():
        model = build()
    path = model.export(tmp_path / "1", force=True, batched=True)
    stored = tf.train.load_checkpoint(str(path / "variables" / "variables"))
    names = [n for n in stored.get_variable_to_shape_map() if "VARIABLE" in n]
    assert len(names) == len(model.ema_generator.weights)


def test_mixed_precision(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = train(build())
    report = json.loads(
        (model.export(tmp_path / "1") / "assets.extra" / "contract.json").read_text()
    )
    outputs = report["signatures"]["serving_default"]["outputs"]
    assert outputs == {"images": ["float32", [None, 28, 28, 1]]}


def test_the_name_is_that_of_the_folder(tmp_path, monkeypatch):
    (tmp_path / "digits").mkdir()
    monkeypatch.chdir(tmp_path / "digits")
    path = trained().export("7", batched=True)
    assert str(path) == "7"
    card = json.loads((path / "assets.extra" / "model_card.json").read_text())
    assert (card["name"], card["version"]) == ("digits", "7")
    requests = prediction_log.read(path / "assets.extra" / contract.WARM_UP)
    assert {request.model for request in requests} == {"digits"}
