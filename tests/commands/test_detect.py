"""A report on a folder, by a .keras file, its export and a server."""

import csv
import re

import numpy as np
import pytest

import kgan
from kgan.commands import main
from kgan.data.sizes import fit_in
from kgan.system import image_files
from tests.serving.stand_in import StandIn

SHAPE = (8, 8, 1)
# Height, width and channels of each file.
SIZES = {"a.png": (8, 8, 1), "in/b.png": (12, 20, 3), "c.png": (9, 8, 4)}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("place")
    rng = np.random.default_rng(0)
    for name, shape in SIZES.items():
        pixels = rng.integers(0, 256, shape, dtype="uint8")
        image_files.save(place / "pictures" / name, pixels)
    for i in range(30):
        pixels = rng.integers(100, 140, SHAPE, dtype="uint8")
        image_files.save(place / f"good/{i:02}.png", pixels)
    (place / "good/29.png").unlink()
    image_files.save(place / "good/29.png", 255 * rng.integers(0, 2, SHAPE, "uint8"))
    return place


@pytest.fixture(scope="module")
def model(place):
    model = kgan.AutoEncoder(SHAPE, 2, hidden=(5,), seed=0)
    model.compile()
    files = sorted((place / "good").glob("*.png"))
    model.calibrate(np.stack([image_files.read(f) for f in files]), 0.1)
    return model


@pytest.fixture(scope="module")
def sources(place, model):
    model.save(place / "found.keras")
    export = model.export(place / "found" / "1", force=True)
    with StandIn({"found": export.parent}) as server:
        yield {
            "keras": place / "found.keras",
            "export": export,
            "rest": f"{server.rest}/v1/models/found",
            "grpc": f"grpc://{server.grpc}/v1/models/found",
        }


def rows_of(report):
    with (report / "scores.csv").open() as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def seen(place, model):
    """The images as the model sees them."""
    from kgan.data.decoding import read_pixels

    files = [place / "pictures" / name for name in SIZES]
    pixels = [read_pixels(str(f), 1, f.name) for f in files]
    return np.stack([np.asarray(fit_in(p, SHAPE[:2])) for p in pixels])


@pytest.mark.parametrize("kind", ["keras", "export", "rest", "grpc"])
def test_one_report(sources, kind, place, model, tmp_path, capsys):
    out = tmp_path / "report"
    main(["detect", str(sources[kind]), str(place / "pictures"), "--out", str(out)])
    answers = model.detect(seen(place, model))
    rows = rows_of(out)
    for i, name in enumerate(SIZES):
        # Nine digits of a float32 give it back to the bit.
        assert np.float32(rows[name]["score"]) == answers["scores"][i]
        verdict = ("normal", "anomalous")[answers["verdicts"][i]]
        assert rows[name]["verdict"] == verdict
        assert (out / rows[name]["overlay"]).is_file()
    order = [float(row["score"]) for row in rows.values()]
    assert order == sorted(order, reverse=True)
    page = (out / "index.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 3
    assert not re.search(r'(src|href)="(?!data:)', page)
    alarms = int(answers["verdicts"].sum())
    assert f"{alarms} of 3 images" in capsys.readouterr().out
    if kind in ("keras", "export"):
        assert model.threshold.sentence() in page
        limit = np.float32(model.threshold.value)
        share = float(rows["a.png"]["score_per_threshold"])
        assert share == pytest.approx(answers["scores"][0] / limit, rel=1e-4)
    else:
        assert "that of the server" in page
    assert "2 images were cropped at the centre" in page
    assert "of one, 40% was cut off" in page
    assert "2 images were converted to 1 channel" in page


def test_overlays_show_what_the_model_saw(sources, place, model, tmp_path):
    command = ["detect", str(sources["keras"]), str(place / "pictures")]
    main([*command, "--out", str(tmp_path / "report"), "--shown", "1"])
    picture = image_files.read(tmp_path / "report/overlays/in/b.png")
    # The centre, 12 x 12, enlarged to 256 pixels, twice, and a gap.
    assert picture.shape == (256, 256 + 4 + 256, 3)
    page = (tmp_path / "report/index.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 1
    assert "2 more images are in scores.csv" in page


def test_a_threshold_of_a_folder(place, tmp_path, caplog):
    model = kgan.AutoEncoder(SHAPE, 2, hidden=(5,), seed=0)
    model.compile()
    model.save(tmp_path / "plain.keras")
    command = ["detect", str(tmp_path / "plain.keras"), str(place / "pictures")]
    good = ["--normal", str(place / "good"), "--false-alarms", "0.2"]
    main([*command, "--out", str(tmp_path / "report"), *good])
    # The one that is not like the others.
    assert "29.png" in caplog.text
    files = sorted((place / "good").glob("*.png"))
    scores = model.endpoint("score")(
        images=np.stack([image_files.read(f) for f in files])
    )["scores"]
    limit = np.sort(scores)[int(np.ceil(31 * 0.8)) - 1]
    rows = rows_of(tmp_path / "report")
    for row in rows.values():
        alarm = np.float32(row["score"]) > limit
        assert row["verdict"] == ("anomalous" if alarm else "normal")


def fails(capsys, *command):
    with pytest.raises(SystemExit) as stop:
        main([str(part) for part in command])
    assert stop.value.code == 2
    return capsys.readouterr().err


def test_calibrate(place, tmp_path, capsys, caplog):
    model = kgan.AutoEncoder(SHAPE, 2, hidden=(5,), seed=0)
    model.compile()
    plain, out = tmp_path / "plain.keras", tmp_path / "found.keras"
    model.save(plain)
    error = fails(capsys, "detect", plain, place / "pictures", "--out", tmp_path / "r")
    assert "Expected a model with a threshold" in error
    assert "kgan calibrate" in error
    assert not (tmp_path / "r").exists()
    error = fails(capsys, "calibrate", plain, "--out", out)
    assert "no validation split. Name a folder" in error
    main([*("calibrate", str(plain), str(place / "good"), "--out", str(out))])
    assert "29.png" in caplog.text
    assert "threshold" in capsys.readouterr().out
    found = kgan.runs.loading.load_model(out).threshold
    assert (found.count, found.false_alarms) == (30, 0.05)
    error = fails(capsys, "calibrate", plain, place / "good", "--out", out)
    assert "which exists" in error
    error = fails(
        *(capsys, "calibrate", plain, place / "pictures", "--out", tmp_path / "x.keras")
    )
    assert "at least 19 normal examples" in error
    assert not (tmp_path / "x.keras").exists()


def test_bad_input(sources, place, tmp_path, capsys):
    command = ("detect", sources["keras"], place / "pictures", "--out")
    assert "which exists" in fails(capsys, *command, place)
    (tmp_path / "files").mkdir()
    (tmp_path / "files/a.png").write_bytes(b"no image")
    error = fails(
        *(capsys, "detect", sources["keras"], tmp_path / "files"),
        *("--out", tmp_path / "r"),
    )
    assert "none of which is a readable image" in error
    gan = kgan.DCGAN((16, 16, 1), latent_dim=4, width=2, seed=0)
    gan.compile()
    gan.save(tmp_path / "gan.keras")
    export = gan.export(tmp_path / "gan" / "1", force=True)
    for source in (tmp_path / "gan.keras", export):
        error = fails(
            *(capsys, "detect", source, place / "pictures", "--out", tmp_path / "r")
        )
        assert "Expected a model with an endpoint `score`" in error
    error = fails(
        *(capsys, "detect", tmp_path / "none", place / "pictures"),
        *("--out", tmp_path / "r"),
    )
    assert "which does not exist" in error
    assert not (tmp_path / "r").exists()
