import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kgan
from kgan.callbacks import TensorBoard
from kgan.callbacks.tensorboard import tag_of
from tests.callbacks.test_checkpoint import tiny


def scalars(folder):
    """tag -> [(step, number)]."""
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return {
        tag: [
            (e.step, tf.make_ndarray(e.tensor_proto).item())
            for e in events.Tensors(tag)
        ]
        for tag in events.Tags()["tensors"]
    }


class Score(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["recall"] = 0.5


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """(directory, model, history) of two epochs with validation data."""
    folder = tmp_path_factory.mktemp("board")
    data = kgan.data.load(np.zeros((16, 8, 8, 1), "uint8"), batch_size=8)
    model = tiny(2)
    model.compile()
    callbacks = [Score(), TensorBoard(folder)]
    history = model.fit(
        data, epochs=2, validation_data=data, callbacks=callbacks, verbose=0
    )
    return folder, model, history.history


def test_each_group_is_a_section(fitted):
    folder, _, history = fitted
    shown = scalars(folder)
    assert {tag.split("/")[0] for tag in shown} == {"loss", "game", "score", "rate"}
    assert {"loss/d", "loss/g", "game/d_real", "game/d_fake", "game/value"} <= set(
        shown
    )
    assert {"score/recall", "rate/learning_rate_d", "rate/learning_rate_g"} <= set(
        shown
    )
    steps, losses = zip(*shown["loss/d"], strict=True)
    assert steps == (1, 2)
    np.testing.assert_allclose(losses, history["d_loss"], 1e-6)


def test_a_run_is_one_row_and_validation_another_with_the_same_tags(fitted):
    folder, _, history = fitted
    assert {p.parent.name for p in folder.rglob("events.*")} == {
        folder.name,
        "validation",
    }
    held_out = scalars(folder / "validation")
    assert set(held_out) <= set(scalars(folder))
    np.testing.assert_allclose(
        [x for _, x in held_out["loss/g"]], history["val_g_loss"], 1e-6
    )


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("d_loss", "loss/d"),
        ("d/adversarial", "loss/d/adversarial"),
        # A term called fake, and a probability.
        ("d/fake", "loss/d/fake"),
        ("d_fake", "game/d_fake"),
        ("images/s", "rate/images_per_second"),
        ("learning_rate_g", "rate/learning_rate_g"),
        ("frechet_distance", "score/frechet_distance"),
    ],
)
def test_the_plan(fitted, name, tag):
    assert tag_of(name, fitted[1]) == tag
