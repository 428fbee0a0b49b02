"""Evaluation takes what the README teaches."""

import numpy as np
import pytest

import kgan
from kgan.evaluation import Evaluation
from kgan.evaluation.given import what_is_learned
from kgan.recipes import Data

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (24, 8, 8, 1), "uint8")


def evaluation(data):
    return Evaluation(data, ("frechet_distance",), "pixels", samples=12)


def test_a_dataset_of_a_name_is_opened_again():
    data = kgan.data.load("mnist_10k", split="train[:48]", batch_size=8)
    assert what_is_learned(data) == Data(split="train[:48]")
    reals = evaluation(data).reals
    assert reals.split == "train[:48]"
    # Its other splits are known.
    assert reals.side("held_out").what == "mnist_10k train[48:]"


@pytest.mark.filterwarnings("ignore:.*examples:UserWarning")
@pytest.mark.parametrize(
    "data",
    [
        IMAGES,
        kgan.data.ArraySource(IMAGES),
        kgan.data.load(IMAGES, batch_size=8),
    ],
    ids=("array", "source", "dataset"),
)
def test_an_array(data):
    made = evaluation(data)
    assert made.reals.split == "all"
    assert made.reals.side("held_out") is None
    reference = made.reals.side("reference").examples
    known = {image.tobytes() for image in IMAGES}
    assert len(reference) == 12
    assert all(image.tobytes() in known for image in reference)
    (value,) = made.score(IMAGES[:12], made.metrics[0]).values()
    assert value.value > 0


def test_a_name():
    assert evaluation("ring").reals.name == "ring"
