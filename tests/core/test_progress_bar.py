from types import SimpleNamespace

import numpy as np
import pytest

import kgan
from kgan.core import progress_bar
from kgan.core.progress_bar import ProgressBar


@pytest.fixture
def bar():
    """The bar of an epoch of five steps, three of which were made before a stop."""
    bar = ProgressBar(SimpleNamespace(batch=3))
    bar.set_params({"verbose": 1, "epochs": 2, "steps": 5})
    bar.on_train_begin()
    return bar


def test_a_resumed_epoch_starts_where_it_stopped(bar, capfd):
    bar.on_epoch_begin(0)
    bar.on_train_batch_end(0, {"d_loss": 1.0})
    assert "4/5" in capfd.readouterr().out
    bar.on_train_batch_end(1, {"d_loss": 1.0})
    assert bar.seen == 5
    # The next epoch is whole.
    bar.position.batch = 0
    bar.on_epoch_begin(1)
    bar.on_train_batch_end(0, {"d_loss": 1.0})
    assert "1/5" in capfd.readouterr().out


def test_the_time_per_step_is_that_of_the_steps_made(bar, monkeypatch):
    bar.on_epoch_begin(0)
    start = bar.progbar._start
    bar.progbar._estimate_step_duration(4, start + 7.0)
    # Keras leaves out the first step, which compiles.
    assert bar.progbar._estimate_step_duration(5, start + 9.0) == pytest.approx(2.0)


def test_fit_uses_it(monkeypatch, capfd):
    made = []

    class Noted(ProgressBar):
        def __init__(self, position):
            super().__init__(position)
            made.append(self)

    monkeypatch.setattr("kgan.core.game.ProgressBar", Noted)
    model = kgan.DCGAN((28, 28, 1), latent_dim=2, width=1, seed=0)
    model.compile("adam", "adam", run_eagerly=True)
    data = kgan.data.ArraySource(np.zeros((4, 28, 28, 1), "uint8")).batches(2)
    model.fit(data, verbose=1)
    (bar,) = made
    assert bar.seen == 2
    # One bar, which ends its line, not that of Keras beside it.
    assert capfd.readouterr().out.count("\n") == 1
    model.fit(data, verbose=0, epochs=1)
    assert len(made) == 1
    assert progress_bar.ProgressBar is ProgressBar
