import shlex

import numpy as np
import pytest
from PIL import Image

from kgan.commands import main
from kgan.commands.training import parse


def save(path, height=40, width=40, mode="RGB", seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), "uint8")
    Image.fromarray(pixels).convert(mode).save(path)


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def command_in(printed):
    (line,) = [line for line in printed.splitlines() if "train.py" in line]
    return shlex.split(line)[2:]


def test_the_command_that_it_names_trains(tmp_path, capsys):
    for i in range(3):
        save(tmp_path / "my photos" / "cat" / f"{i}.png", 40, 50, seed=i)
    save(tmp_path / "my photos" / "dog" / "a.png", 60, 40, "L")
    (tmp_path / "my photos" / "dog" / "b.png").write_bytes(b"no image")
    main(["data", "my photos"])
    printed = capsys.readouterr().out
    assert "2: cat (3), dog (1)" in printed
    assert "corrupt         1: dog/b.png" in printed
    assert "Classes: add --labels" in printed
    recipe, _ = parse(command_in(printed))
    source = recipe.open_data()
    assert (source.size, source.skipped) == (4, 1)
    assert source.image_shape == (32, 32, 3)
    assert recipe.training.batch_size == 4
    recipe.build(source)
    with Image.open("contact.png") as sheet:
        assert sheet.size == (198, 198)


def test_images_that_fit_as_they_are(tmp_path, capsys):
    for i in range(64):
        save(tmp_path / "small" / f"{i}.png", 28, 28, "L", i)
    main(["data", "small", "--images", "9", "--out", "sheet.png"])
    printed = capsys.readouterr().out
    assert command_in(printed) == ["dcgan", "--data", "small"]
    assert "duplicates" not in printed
    with Image.open("sheet.png") as sheet:
        assert sheet.size == (296, 296)


def test_pairs_and_splits(tmp_path, capsys):
    for split in ("trainA", "trainB", "testA"):
        save(tmp_path / "two" / split / "a.png", 32, 64)
    main(["data", "two"])
    printed = capsys.readouterr().out
    assert "testA, trainA, trainB; this is trainA" in printed
    assert "--target left or --target right" in printed
    assert "--target trainB --no-paired" in printed
    assert "--split trainA" in printed


def test_an_npz(capsys):
    images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), "uint8")
    images[3] = images[7]
    np.savez("set.npz", x_train=images, y_train=np.arange(64) % 2, x_test=images[:2])
    main(["data", "set.npz"])
    printed = capsys.readouterr().out
    assert "train, test; this is train" in printed
    assert "2: 0 (32), 1 (32)" in printed
    assert "duplicates      1: 3 = 7" in printed
    assert command_in(printed) == ["dcgan", "--data", "set.npz"]
    with Image.open("contact.png") as sheet:
        assert sheet.size == (8 * 98 + 2, 8 * 98 + 2)


def test_a_tfds_set(prepared_mnist, capsys):
    main(["data", prepared_mnist, "--split", "test", "--images", "4"])
    printed = capsys.readouterr().out
    assert "this is test" in printed
    assert "images          40\n" in printed
    command = command_in(printed)
    assert command[1:] == ["--data", prepared_mnist, "--split", "test",
                           "--batch-size", "40"]  # fmt: skip
    recipe, _ = parse(command)
    assert recipe.open_data().size == 40


def test_errors(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["data", "nowhere"])
    assert "Expected a folder" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["data", "ring"])
    assert "Expected images. Received: ring, which has points" in (
        capsys.readouterr().err
    )
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit):
        main(["data", "empty"])
    assert "is empty" in capsys.readouterr().err
