import numpy as np
from PIL import Image

import kgan
from kgan.evaluation import Reals
from kgan.evaluation import reals as module
from kgan.recipes import Data


def numbers(side):
    """Which examples of `prepared_mnist` they are."""
    return side.examples[:, 0, 0, 0].tolist()


def rows(examples):
    return {example.tobytes() for example in examples}


def test_a_split_and_the_test_split(prepared_mnist):
    reals = Reals(Data(prepared_mnist, split="train[:50]"), 20)
    reference, held_out = reals.side("reference"), reals.side("held_out")
    assert reference.what.endswith(" train[:50]")
    assert held_out.what.endswith(" test")
    assert reference.examples.shape == (20, 28, 28, 1)
    assert reference.examples.dtype == np.uint8
    assert len(set(numbers(reference))) == 20
    assert set(numbers(reference)) <= set(range(50))
    assert set(numbers(held_out)) <= set(range(100, 140))
    # All of it, in its order.
    assert numbers(reals.side("training")) == list(range(50))
    assert numbers(reals.side("validation")) == list(range(50, 60))
    assert numbers(reals.side("test")) == list(range(100, 140))


def test_learned_from_the_test_split(prepared_mnist):
    reals = Reals(Data(prepared_mnist, split="test[:30]"), 20)
    assert reals.side("held_out").what.endswith("test[30:]")
    assert reals.side("test") is None


def test_the_2014_protocol_by_its_splits(prepared_mnist, monkeypatch):
    monkeypatch.setattr(module, "_HELD_OUT_LIMIT", 10)
    validation = Reals(Data(prepared_mnist), 100).side("validation")
    assert validation.what.endswith("train[50:], which was learned from")
    assert numbers(validation) == list(range(50, 60))


def test_pixels_are_those_of_the_set():
    reals = Reals(Data("mnist_10k", split="train[:300]"), 100)
    digits = kgan.data.open_source("mnist_10k", split="train[:300]").examples
    assert rows(reals.side("reference").examples) <= rows(digits)
    np.testing.assert_array_equal(reals.side("training").examples, digits)


def test_a_whole_set_without_another_split_holds_nothing_out(monkeypatch):
    monkeypatch.setattr(module, "_HELD_OUT_LIMIT", 10)
    digits = kgan.data.open_source("mnist_10k", split="train[:60]").examples
    monkeypatch.setattr(kgan.data, "open_source", only_train(digits))
    monkeypatch.setattr(module, "splits_of", lambda *_: ["train"])
    reals = Reals(Data("digits"), 50)
    assert reals.side("held_out") is None
    assert reals.side("test") is None
    one, other = reals.halves("reference")
    assert len(one.examples) == len(other.examples) == 25
    assert not rows(one.examples) & rows(other.examples)


def only_train(digits):
    def opened(name, split, **kwargs):
        if not split.startswith("train"):
            raise ValueError("Expected a split of digits: train.")
        return kgan.data.ArraySource(digits, name=name)

    return opened


def test_the_same_examples_each_time(prepared_mnist):
    sides = [Reals(Data(prepared_mnist), 50).side("reference") for _ in range(2)]
    np.testing.assert_array_equal(*(side.examples for side in sides))


def test_at_most_what_there_is(prepared_mnist):
    reals = Reals(Data(prepared_mnist, split="train[:30]"), 100)
    assert len(reals.side("reference").examples) == 30
    assert len(reals.side("noise").examples) == 100


def test_noise(prepared_mnist):
    noise = Reals(Data(prepared_mnist), 100).side("noise").examples
    assert noise.shape == (100, 28, 28, 1)
    # Uniform over 0 ... 255: mean 127.5, variance (256^2 - 1) / 12.
    assert abs(noise.mean() - 127.5) < 1.5
    assert abs(noise.var() - 5461.25) < 60


def test_points():
    reals = Reals(Data("ring"), 500)
    reference, held_out = reals.side("reference"), reals.side("held_out")
    assert reference.examples.shape == held_out.examples.shape == (500, 2)
    assert held_out.what == "ring of another seed"
    assert not rows(reference.examples) & rows(held_out.examples)
    noise = reals.side("noise").examples
    assert (noise >= reference.examples.min(axis=0)).all()
    assert (noise <= reference.examples.max(axis=0)).all()


def test_a_folder_has_no_splits(tmp_path):
    for i in range(6):
        Image.fromarray(np.full((28, 28), i, "uint8")).save(tmp_path / f"{i}.png")
    reals = Reals(Data(str(tmp_path)), 10)
    assert reals.name == tmp_path.name
    assert reals.split == "all"
    for name in ("held_out", "test", "validation"):
        assert reals.side(name) is None
    assert len(reals.side("training").examples) == 6


def test_a_file_without_splits_holds_nothing_out(tmp_path):
    images = np.arange(12, dtype="uint8").repeat(64).reshape(12, 8, 8)
    np.savez(tmp_path / "whole.npz", images=images)
    reals = Reals(Data(str(tmp_path / "whole.npz")), 12)
    assert reals.split == "all"
    assert reals.side("held_out") is None
    np.savez(tmp_path / "split.npz", x_train=images[:8], x_test=images[8:])
    reals = Reals(Data(str(tmp_path / "split.npz")), 12)
    assert set(numbers(reals.side("held_out"))) == {8, 9, 10, 11}


def test_a_folder_of_splits_holds_its_test_split_out(tmp_path):
    for split, first in (("train", 0), ("test", 4)):
        (tmp_path / split).mkdir()
        for i in range(first, first + 4):
            pixels = np.full((8, 8), i, "uint8")
            Image.fromarray(pixels).save(tmp_path / split / f"{i}.png")
    reals = Reals(Data(str(tmp_path)), 8)
    assert reals.split == "train"
    assert set(numbers(reals.side("reference"))) == {0, 1, 2, 3}
    assert set(numbers(reals.side("held_out"))) == {4, 5, 6, 7}
