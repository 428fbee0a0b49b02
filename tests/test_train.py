"""train.py from the command line."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import train
from kgan import recipes
from tests.tiny_run import tiny_run

TRAIN = Path(train.__file__)
DATA = ["--data", "../images"]
SMALL = ["--model.width", "2", "--batch-size", "16"]


@pytest.fixture
def place(tmp_path, monkeypatch, digits):
    """An empty working directory with a folder of 64 images beside it."""
    folder = tmp_path / "images"
    folder.mkdir()
    for i, image in enumerate(digits):
        Image.fromarray(image[..., 0]).save(folder / f"{i:02d}.png")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def run(*arguments):
    train.main([*arguments])


def fails(capsys, *arguments):
    """The message of a command that must fail."""
    with pytest.raises(SystemExit) as end:
        run(*arguments)
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return error


def test_the_whole_job(place, capsys):
    run("dcgan", "--data", "../images", "--epochs", "2", *SMALL)
    path = Path("logs/dcgan/001")
    config = json.loads((path / "config.json").read_text())
    assert config["training"]["epochs"] == 2
    assert config["options"]["width"] == 2
    for name in ("epoch_0002.png", "real.png", "training.gif", "interpolation.png"):
        assert (path / "samples" / name).stat().st_size > 100
    served = tf.saved_model.load("export/dcgan/1").signatures["serving_default"]
    images = served(latents=tf.zeros([3, 100]))["images"]
    assert images.shape == (3, 28, 28, 1)
    out = capsys.readouterr().out
    assert "images/s" in out
    for hint in ("epoch_0002.png", "tensorboard --logdir logs", "export/dcgan/1"):
        assert hint in out

    # A second run gets numbers of its own; a named one is not overwritten.
    run("dcgan", "--data", "../images", "--epochs", "1", *SMALL)
    assert Path("logs/dcgan/002").exists()
    assert Path("export/dcgan/2").exists()
    error = fails(capsys, "dcgan", "--data", "../images", "--run", "001")
    assert "nothing is overwritten" in error

    # Resume: the newest run, with its settings, and further.
    run("dcgan", "--resume", "--run", "001", "--epochs", "3")
    assert (path / "samples" / "epoch_0003.png").exists()
    config = json.loads((path / "config.json").read_text())
    assert config["data"]["data"] == "../images"
    error = fails(capsys, "dcgan", "--resume", "--run", "001", "--batch-size", "8")
    assert "training.batch_size was 16, is 8" in error
    error = fails(capsys, "gan", "--resume", "--run", str(path))
    assert "one of the recipe 'dcgan'" in error
    error = fails(capsys, "dcgan", "--resume", "--run", "007")
    assert "without config.json" in error


def test_a_log_file_has_one_line_per_epoch(place):
    log = place / "log.txt"
    with log.open("w") as file, contextlib.redirect_stdout(file):
        run("--data", "../images", "--epochs", "3", *SMALL)
    text = log.read_text()
    assert len(re.findall("g_loss: ", text)) == 3
    # No progress bar, which writes over its line.
    assert "\r" not in text
    assert "\b" not in text
    assert len(text) < 3 * 300 + 500


def test_dry_run_writes_nothing(place, capsys):
    run("--data", "../images", "--dry-run", *SMALL)
    out = capsys.readouterr().out
    assert '"name": "rpgan"' in out
    assert "to_image" in out
    assert not list(place.iterdir())


def test_starts_from_the_newest_run_of_a_recipe(place, capsys):
    tiny_run(place / "logs", recipes.Data("../images"))
    arguments = ["--data", "../images", "--dry-run", "--model.width", "2"]
    arguments += ["--model.latent-dim", "4", "--starts-from", "dcgan"]
    run("dcgan", *arguments)
    out = capsys.readouterr().out
    assert "starts from  logs/dcgan/001: discriminator, generator" in out
    error = fails(capsys, "dcgan", *arguments[:-1], "gan")
    assert "a run to start from" in error


def test_list(capsys):
    with pytest.raises(SystemExit) as end:
        run("--list")
    assert end.value.code == 0
    assert "1511.06434" in capsys.readouterr().out


def test_rate_that_a_schedule_sets(place, capsys):
    error = fails(capsys, *DATA, "--d-optimizer.learning-rate", "1e-4", *SMALL)
    assert "--schedules.learning-rate" in error
    assert "--d-optimizer.learning-rate" in error


@pytest.mark.slow
def test_validation_split(place):
    run("dcgan", "--data", "mnist_10k", "--split", "train[:1%]",
        "--validation", "train[99%:]", "--epochs", "1", *SMALL)  # fmt: skip
    assert (Path("logs/dcgan/001/validation")).exists()


@pytest.mark.slow
def test_scores_and_a_divergence(place, capsys, monkeypatch):
    monkeypatch.setenv("KGAN_CACHE", str(place / "cache"))
    run("dcgan", *DATA, "--epochs", "1", "--evaluate-every", "1", *SMALL)
    kept = json.loads(Path("logs/dcgan/001/best.json").read_text())
    assert kept["samples"]["epoch"] == 1
    assert {"frechet_distance", "precision", "recall"} <= kept["scores"].keys()
    assert Path("logs/dcgan/001/best.keras").exists()
    rate = ["--d-optimizer.learning-rate", "1e30"]
    error = fails(capsys, "dcgan", *DATA, *rate, *SMALL)
    assert "the game diverges" in error
    # Nothing is exported, and the states are good.
    assert not Path("export/dcgan/2").exists()
    error = fails(capsys, "dcgan", "--resume", "--run", "002", "--on-nan", "roll_back")
    assert "4 rollbacks did not help" in error


def test_points(place, monkeypatch, capsys):
    monkeypatch.setenv("KGAN_CACHE", str(place / "cache"))
    length = ["--epochs", "1", "--batch-size", "5000"]
    run("gan_ring", "--evaluate-every", "1", *length)
    kept = json.loads(Path("logs/gan_ring/001/best.json").read_text())
    assert "of 8 modes, in 2000 examples" in kept["scores"]["modes"]["how"]
    assert Path("logs/gan_ring/001/samples/epoch_0001.png").exists()
    served = tf.saved_model.load("export/gan_ring/1").signatures["serving_default"]
    assert served(latents=tf.zeros((3, 2)))["images"].shape == (3, 2)
    error = fails(capsys, "gan", "--data", "ring", *length)
    assert "Expected output='linear' for examples of shape (2,)" in error
    assert not Path("logs/gan").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dgcan"], "Did you mean dcgan"),
        (["--resume"], "Received: logs/rpgan, without runs"),
        (["--data", "mnits"], "Did you mean mnist"),
        (["--data", "../images", "--batch-size", "65"], "batch_size=65"),
        (["--data", "../images", "--image-size", "30"], r"works is \(32, 32\)"),
        (["--data", "/dev/null/x"], "is not a directory"),
        (["--data", "../images", "--logs", "/proc/nope"], "/proc/nope"),
    ],
)
def test_bad_input(place, capsys, arguments, message):
    error = fails(capsys, *arguments)
    assert error.startswith("\nerror: ")
    assert len(error.strip().splitlines()) == 1
    assert re.search(message, error), error
    assert not list(place.iterdir())


def test_corrupt_file(place, capsys, caplog):
    (place.parent / "images" / "notes.txt").write_text("no image")
    error = fails(capsys, "--data", "../images", *SMALL)
    assert "notes.txt" in error
    run("--data", "../images", "--skip-corrupt", "--epochs", "1", *SMALL)
    assert "skipped 1 corrupt files" in caplog.text


def test_help_is_fast_because_tensorflow_is_late():
    code = (
        "import sys, train\n"
        "try: train.main(['dcgan', '--help'])\n"
        "except SystemExit: pass\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=TRAIN.parent, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert "--batch-size" in result.stdout
    assert "(default: 64)" in result.stdout
    assert "--model.ema-decay" in result.stdout


def test_other_backend():
    result = subprocess.run(
        [sys.executable, str(TRAIN)],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2
    assert "KERAS_BACKEND=tensorflow" in result.stderr
    assert "Traceback" not in result.stderr


def test_second_process_on_a_run(place, capsys):
    import fcntl

    run("dcgan", *DATA, "--epochs", "1", *SMALL)
    with Path("logs/dcgan/001/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        error = fails(capsys, "dcgan", "--resume", "--epochs", "2")
    assert "Another process is training" in error


def command(*arguments):
    return [sys.executable, str(TRAIN), "dcgan", *DATA, "--epochs", "14",
            "--save-every", "7", *SMALL, *arguments]  # fmt: skip


def checkpoint_values(path):
    reader = tf.train.load_checkpoint(str(path / "checkpoints"))
    names = sorted(reader.get_variable_to_shape_map())
    return {n: reader.get_tensor(n) for n in names if "variables/" in n}


@pytest.mark.slow
def test_killed_and_resumed_equals_unbroken(place):
    """kill -9 and SIGTERM of a real process, at moments not chosen."""
    run(*command("--run", "unbroken")[2:])
    process = subprocess.Popen(command("--run", "killed"), stdout=subprocess.DEVNULL)
    checkpoints = place / "logs/dcgan/killed/checkpoints"
    wait_for(lambda: list(checkpoints.glob("ckpt-*.index")))
    process.kill()
    process.wait()
    resume = command("--run", "killed", "--resume")
    process = subprocess.Popen(resume, stdout=subprocess.PIPE, text=True)
    before = newest(checkpoints)
    wait_for(lambda: newest(checkpoints) > before + 2)
    process.send_signal(signal.SIGTERM)
    out = process.communicate(timeout=60)[0]
    assert process.returncode == 128 + signal.SIGTERM
    assert "--resume --run logs/dcgan/killed" in out
    run(*resume[2:])
    killed = checkpoint_values(place / "logs/dcgan/killed")
    unbroken = checkpoint_values(place / "logs/dcgan/unbroken")
    assert killed.keys() == unbroken.keys()
    for name, value in unbroken.items():
        np.testing.assert_array_equal(killed[name], value, name)


def newest(checkpoints):
    return max(int(p.stem.split("-")[1]) for p in checkpoints.glob("ckpt-*.index"))


def wait_for(condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.01)


def test_lengths_are_checked(capsys):
    with pytest.raises(SystemExit) as end:
        run("--epochs", "0")
    assert end.value.code == 2
    assert "epochs >= 1" in capsys.readouterr().err
