"""A folder of odd sizes, translated by a .keras file, its export and a server."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.commands import main
from kgan.serving import card
from kgan.serving.base_path import EXTRA
from kgan.spaces.tiles import by_tiles
from tests.serving.stand_in import StandIn
from tests.serving.trained import trained

# Height, width and mode of each picture.
SIZES = {"a.png": (16, 16, "RGB"), "in/b.jpg": (21, 50, "L"), "c.webp": (9, 14, "RGBA")}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("place")
    rng = np.random.default_rng(0)
    for name, (height, width, mode) in SIZES.items():
        path = place / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
        pixels = rng.integers(0, 256, (height, width, *channels), dtype="uint8")
        Image.fromarray(pixels, mode).save(path)
    return place


@pytest.fixture(scope="module")
def model():
    shape = (16, 16, 3)
    model = kgan.CycleGAN(shape, shape, width=2, blocks=1, depth=1, seed=3)
    model.compile()
    return model


@pytest.fixture(scope="module")
def sources(place, model):
    model.save(place / "cycle.keras")
    export = model.export(place / "cycle" / "1", force=True)
    with StandIn({"cycle": export.parent}) as server:
        yield {
            "keras": place / "cycle.keras",
            "export": export,
            "rest": f"{server.rest}/v1/models/cycle",
            "grpc": f"grpc://{server.grpc}/v1/models/cycle",
        }


def pixels(path):
    return np.asarray(Image.open(path))


@pytest.mark.parametrize("kind", ["keras", "export", "rest", "grpc"])
@pytest.mark.parametrize("endpoint", ["translate", "translate_back"])
def test_one_answer(sources, kind, endpoint, place, model, tmp_path):
    out = tmp_path / "out"
    # A server does not say what sides are multiples of.
    beside = ["--multiple", "4"] if kind in ("rest", "grpc") else []
    beside += ["--endpoint", endpoint, "--tile", "20", "--overlap", "6"]
    command = ["translate", str(sources[kind]), str(place / "pictures")]
    main([*command, "--out", str(out), *beside])
    answers = sorted(str(p.relative_to(out)) for p in out.rglob("*.png"))
    assert answers == ["a.png", "c.png", "in/b.png"]
    ask = getattr(model, endpoint)
    image = pixels(place / "pictures/in/b.jpg")
    image = np.repeat(image[..., None], 3, axis=-1)
    made = by_tiles(lambda x: kgan.spaces.to_uint8(ask(x)), image, 20, 6, 4)
    np.testing.assert_array_equal(pixels(out / "in/b.png"), made)
    assert pixels(out / "c.png").shape == (9, 14, 3)
    assert len(np.unique(made)) > 10


def test_one_file(sources, place, model, tmp_path):
    file = place / "pictures/a.png"
    main(["translate", str(sources["keras"]), str(file), "--out", str(tmp_path / "o")])
    expected = kgan.spaces.to_uint8(model.translate(pixels(file)[None]))[0]
    np.testing.assert_array_equal(pixels(tmp_path / "o/a.png"), expected)


def test_an_older_export_is_told(sources, place, tmp_path, capsys):
    """Its card does not say what sides are multiples of."""
    old = tmp_path / "1"
    shutil.copytree(sources["export"], old)
    path = old / EXTRA / card.JSON
    facts = json.loads(path.read_text())
    takes = facts["model"].pop("takes")
    assert takes["translate"]["images"]["multiple"] == 4
    path.write_text(json.dumps(facts))
    ask = old, place / "pictures", "--out"
    told = refusal(capsys, *ask, tmp_path / "out")
    assert "divisible by 4" in told
    assert "`kgan translate --multiple 4`" in told
    assert told.endswith("received: 9 14")
    assert not list(tmp_path.glob("*out*"))
    main(["translate", *map(str, ask), str(tmp_path / "out"), "--multiple", "4"])
    assert pixels(tmp_path / "out/c.png").shape == (9, 14, 3)


@pytest.mark.parametrize("kind", ["rest", "grpc"])
def test_a_server_says_what_it_refuses(sources, kind, place, tmp_path, capsys):
    out = tmp_path / "out"
    told = refusal(capsys, sources[kind], place / "pictures", "--out", out)
    assert "`kgan translate --multiple 4`" in told
    assert "assertion" not in told
    assert not list(tmp_path.iterdir())


def test_the_multiple_is_one_of_the_model(sources, place, tmp_path, capsys):
    ask = sources["export"], place / "pictures", "--out", tmp_path / "out"
    told = refusal(capsys, *ask, "--multiple", "6")
    assert "Expected --multiple 4" in told
    for option, value in (("tile", 0), ("overlap", -1), ("multiple", 0)):
        told = refusal(capsys, *ask, f"--{option}", value)
        assert f"Received: {option}={value}." in told
    assert not list(tmp_path.iterdir())


@pytest.fixture
def broken(tmp_path):
    """A folder with an image that is cut off in the middle."""
    for name in "abc":
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype="uint8")
        path = tmp_path / "broken" / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(noise).save(path, quality=95)
    cut = tmp_path / "broken" / "b.jpg"
    cut.write_bytes(cut.read_bytes()[:2000])
    return tmp_path / "broken"


def test_a_corrupt_file_ends_it_before_the_work(sources, broken, tmp_path, capsys):
    out = tmp_path / "out"
    told = refusal(capsys, sources["keras"], broken, "--out", out)
    assert "1 of 3 files that are not readable images: b.jpg" in told
    assert "--skip-corrupt" in told
    told = refusal(capsys, sources["keras"], broken / "b.jpg", "--out", out)
    assert "b.jpg" in told
    assert [p.name for p in tmp_path.iterdir()] == ["broken"]
    command = ["translate", sources["keras"], broken, "--out", out, "--skip-corrupt"]
    main([str(word) for word in command])
    assert sorted(p.name for p in out.iterdir()) == ["a.png", "c.png"]


def test_what_is_left_out_is_said(sources, tmp_path, caplog):
    frames = [Image.new("RGB", (16, 16), (level, 0, 0)) for level in (250, 10)]
    several = {"save_all": True, "append_images": frames[1:]}
    (tmp_path / "in").mkdir()
    frames[0].save(tmp_path / "in/a.gif", **several)
    Image.fromarray(np.zeros((16, 16), "uint16")).save(tmp_path / "in/b.png")
    frames[0].convert("CMYK").save(tmp_path / "in/c.jpg")
    command = ["translate", str(sources["keras"])]
    main([*command, str(tmp_path / "in"), "--out", str(tmp_path / "out")])
    assert "a.gif, are read in part: the first frame alone" in caplog.text
    assert "b.png, are read in part: 8 of 16 bits" in caplog.text
    assert "c.jpg, are read in part: CMYK without its color profile" in caplog.text
    caplog.clear()
    main([*command, str(tmp_path / "in/a.gif"), "--out", str(tmp_path / "one")])
    assert "a.gif, are read in part: the first frame alone" in caplog.text


def refusal(capsys, *arguments):
    with pytest.raises(SystemExit):
        main(["translate", *map(str, arguments)])
    return " ".join(capsys.readouterr().err.split())


def test_bad_input(sources, place, tmp_path, capsys):
    keras, out = sources["keras"], tmp_path / "out"
    (tmp_path / "there").mkdir()
    ask = keras, place / "pictures", "--out"
    assert "exists" in refusal(capsys, *ask, tmp_path / "there")
    (tmp_path / "file").touch()
    told = refusal(capsys, *ask, tmp_path / "file" / "below")
    assert "above which is a file" in told
    told = refusal(capsys, *ask, out, "--endpoint", "translat")
    assert "translate, translate_back. Received: endpoint='translat'" in told
    # Nothing is left of a folder that was not filled.
    assert not list(tmp_path.glob("*out*"))
    same = tmp_path / "same"
    same.mkdir()
    for name in ("x.png", "x.jpg"):
        Image.new("RGB", (16, 16)).save(same / name)
    assert "x.jpg, x.png" in refusal(capsys, keras, same, "--out", out)
    trained().save(tmp_path / "gan.keras")
    told = refusal(capsys, tmp_path / "gan.keras", place / "pictures", "--out", out)
    assert "a model that makes images of images" in told
    (tmp_path / "empty").mkdir()
    told = refusal(capsys, keras, tmp_path / "empty", "--out", out)
    assert "which is empty" in told
    told = refusal(capsys, keras, tmp_path / "nowhere", "--out", out)
    assert "nowhere, which does not exist" in told
