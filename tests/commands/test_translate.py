"""A folder of odd sizes, translated by a .keras file, its export and a server."""

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.commands import main
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
    # A file knows what its sides are multiples of; the others are told.
    beside = [] if kind == "keras" else ["--multiple", "4"]
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


def refusal(capsys, *arguments):
    with pytest.raises(SystemExit):
        main(["translate", *map(str, arguments)])
    return " ".join(capsys.readouterr().err.split())


def test_bad_input(sources, place, tmp_path, capsys):
    keras, out = sources["keras"], tmp_path / "out"
    (tmp_path / "there").mkdir()
    ask = keras, place / "pictures", "--out"
    assert "exists" in refusal(capsys, *ask, tmp_path / "there")
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
    assert "Expected" in refusal(capsys, keras, tmp_path / "empty", "--out", out)
