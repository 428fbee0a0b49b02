"""Two machines, played by two processes on loopback, train by train.py."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import train
from tests.distribute.test_rendezvous import free_ports
from tests.test_train import checkpoint_values, wait_for

TRAIN = Path(train.__file__)
ARGUMENTS = ["--split", "train[:5%]", "--save-every", "5"]
ARGUMENTS += ["--batch-size", "20", "--model.width", "2"]


def start(place, ports, index, recipe, *arguments):
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    config = {"cluster": cluster, "task": {"type": "worker", "index": index}}
    return subprocess.Popen(
        [sys.executable, str(TRAIN), recipe, *ARGUMENTS, *arguments],
        cwd=place,
        env={**os.environ, "TF_CONFIG": json.dumps(config)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_together(place, n, recipe, *arguments):
    ports = free_ports(n)
    workers = [start(place, ports, i, recipe, *arguments) for i in range(n)]
    return [(w, *w.communicate(timeout=150)) for w in workers]


@pytest.mark.parametrize(
    ("n", "recipe"),
    [
        (2, "dcgan"),
        pytest.param(4, "dcgan", marks=pytest.mark.slow),
        # Labels are dealt to the machines as their images are.
        pytest.param(2, "conditional_gan", marks=pytest.mark.slow),
    ],
)
def test_machines_equal_one(tmp_path, n, recipe):
    run = ["--epochs", "1", "--run", "both", "--model.discriminator-steps", "2"]
    (chief, out, _), *others = run_together(tmp_path, n, recipe, *run)
    assert chief.returncode == 0
    # Only the chief speaks, writes and exports.
    assert "SavedModel" in out
    for other, other_out, _ in others:
        assert (other.returncode, other_out) == (0, "")
    assert [p.name for p in (tmp_path / "export" / recipe).iterdir()] == ["1"]
    # One process with the same global batch sees the same game.
    run[run.index("both")] = "alone"
    alone = [sys.executable, str(TRAIN), recipe, *ARGUMENTS, *run]
    subprocess.run(alone, cwd=tmp_path, check=True, capture_output=True)
    boards = [
        list((tmp_path / "logs" / recipe / r).glob("events.*"))
        for r in ("both", "alone")
    ]
    assert len(boards[0]) == len(boards[1]) > 0
    one = checkpoint_values(tmp_path / "logs" / recipe / "alone")
    two = checkpoint_values(tmp_path / "logs" / recipe / "both")
    assert one.keys() == two.keys()
    # Of length 64 are the sums and counts of the logged means, one per machine.
    names = [name for name, value in one.items() if value.shape != (64,)]
    both, alone = (
        np.concatenate([np.ravel(values[name]).astype("float64") for name in names])
        for values in (two, one)
    )
    # All together: Adam turns the rounding of a gradient near 0 into a whole step, so
    # that single values differ, on some processors more than on others.
    assert np.linalg.norm(both - alone) < 1e-3 * np.linalg.norm(alone)


@pytest.mark.slow
def test_a_killed_machine_stops_the_other_and_both_resume(tmp_path):
    run = ["--epochs", "4", "--run", "r", "--auto-resume"]
    assert [
        w.returncode for w, *_ in run_together(tmp_path, 2, "dcgan", *run[:3], "whole")
    ] == [
        0,
        0,
    ]
    ports = free_ports(2)
    workers = [start(tmp_path, ports, i, "dcgan", *run) for i in range(2)]
    checkpoints = tmp_path / "logs/dcgan/r/checkpoints"
    wait_for(lambda: list(checkpoints.glob("ckpt-*.index")))
    workers[1].send_signal(signal.SIGKILL)
    _, error = workers[0].communicate(timeout=90)
    assert workers[0].returncode == 2, error
    assert f"worker 1 (127.0.0.1:{ports[1]}) stopped" in error
    workers[1].communicate()
    assert [w.returncode for w, *_ in run_together(tmp_path, 2, "dcgan", *run)] == [
        0,
        0,
    ]
    whole = checkpoint_values(tmp_path / "logs/dcgan/whole")
    broken = checkpoint_values(tmp_path / "logs/dcgan/r")
    for name, value in whole.items():
        np.testing.assert_array_equal(broken[name], value, name)


@pytest.mark.slow
def test_sigterm_to_one_machine_saves_on_all(tmp_path):
    ports = free_ports(2)
    run = ["--epochs", "200", "--run", "r"]
    workers = [start(tmp_path, ports, i, "dcgan", *run) for i in range(2)]
    wait_for(lambda: list((tmp_path / "logs/dcgan/r/checkpoints").glob("*.index")))
    workers[1].send_signal(signal.SIGTERM)
    out, _ = workers[0].communicate(timeout=60)
    workers[1].communicate(timeout=60)
    assert [w.returncode for w in workers] == [128 + signal.SIGTERM] * 2
    assert "--resume --run logs/dcgan/r" in out


@pytest.mark.slow
def test_a_divergence_is_answered_by_all(tmp_path):
    run = ["--run", "r", "--d-optimizer.learning-rate", "1e30"]
    results = run_together(tmp_path, 2, "dcgan", *run, "--on-nan", "roll_back")
    for worker, _, error in results:
        assert worker.returncode == 2
        assert "4 rollbacks did not help" in error
    # Only the chief tells of each.
    assert [error.count("kgan: ") for *_, error in results] == [5, 0]
    values = checkpoint_values(tmp_path / "logs/dcgan/r")
    assert all(np.isfinite(value).all() for value in values.values())


@pytest.mark.slow
@pytest.mark.parametrize("difference", [["--seed", "1"]])
def test_other_settings(tmp_path, difference):
    ports = free_ports(2)
    workers = [
        start(tmp_path, ports, 0, "dcgan", "--run", "r"),
        start(tmp_path, ports, 1, "dcgan", "--run", "r", *difference),
    ]
    for worker in workers:
        _, error = worker.communicate(timeout=60)
        assert worker.returncode == 2
        assert "training.seed" in error
