import dataclasses

import numpy as np
import pytest

import kgan
from kgan.data import open_source
from kgan.recipes import Data
from kgan.runs.config import hyperparameters
from kgan.system import image_files


@pytest.fixture
def labelled():
    images = np.arange(40, dtype="uint8")[:, None, None, None]
    return np.tile(images, (1, 4, 4, 1)), np.arange(40) % 5


def first_pixels(source):
    (batch,) = source.batches(source.size, shuffle=False).take(1)
    parts = batch if isinstance(batch, tuple) else (batch,)
    pixels = kgan.spaces.to_uint8(np.asarray(parts[0]))[:, 0, 0, 0]
    return pixels.tolist(), *[np.asarray(p).tolist() for p in parts[1:]]


def test_without_labels_only_normal_examples_are_read(labelled):
    source = open_source(labelled, normal=["3", 1])
    expected = [i for i in range(40) if i % 5 in (1, 3)]
    assert first_pixels(source) == (expected,)
    assert source.name == "array (1+3 normal)"
    assert (source.size, source.num_classes) == (16, None)


def test_with_labels_all_are_read(labelled):
    source = open_source(labelled, normal=["3"], labels=True)
    pixels, labels = first_pixels(source)
    assert pixels == list(range(40))
    assert labels == [int(i % 5 != 3) for i in range(40)]
    assert source.class_names == ["normal", "anomalous"]
    assert source.class_counts().tolist() == [8, 32]


def test_folders_have_names(tmp_path):
    for name, level in {"good": 10, "scratch": 200, "dent": 90}.items():
        for i in range(3):
            pixels = np.full((4, 4, 1), level + i, "uint8")
            image_files.save(tmp_path / f"test/{name}/{i}.png", pixels)
    for i in range(4):
        image_files.save(
            tmp_path / f"train/good/{i}.png", np.full((4, 4, 1), i, "uint8")
        )
    for in_memory in (True, False):
        read = {"split": "train", "normal": ["good"], "in_memory": in_memory}
        source = open_source(tmp_path, **read)
        assert first_pixels(source) == ([0, 1, 2, 3],)
        both = open_source(
            tmp_path, **{**read, "split": "test"}, labels=True, flip=True
        )
        pixels, labels = first_pixels(both)
        assert sorted(zip(labels, pixels, strict=True))[:3] == [
            *((0, 10), (0, 11), (0, 12))
        ]
        assert sum(labels) == 6


def test_recipes_say_it_in_data():
    data = Data(normal=[3], split="train[:10%]")
    assert data.normal == ("3",)
    source = data.open()
    assert 0 < source.size < 200
    # As metrics of anomalies ask for it.
    labelled = dataclasses.replace(data, labels=True).open()
    assert labelled.size == 1000
    assert source.origin["normal"] == ("3",)
    recipe = kgan.recipes.get("fanogan")
    assert hyperparameters(recipe)["data"]["normal"] == ("3",)


def test_bad_input(labelled, tmp_path):
    with pytest.raises(ValueError, match=r"a label from 0 to 4.*Received: '7'"):
        open_source(labelled, normal=["7"])
    with pytest.raises(ValueError, match="normal and degradation"):
        open_source(labelled, normal=["3"], degradation="gray")
    with pytest.raises(ValueError, match=r"as a list.*Received: '3'"):
        open_source(labelled, normal="3")
    with pytest.raises(ValueError, match=r"labels are asked for"):
        open_source(labelled[0], normal=["3"])
    images, labels = labelled
    labels[labels == 3] = 2
    for i in range(2):
        image_files.save(tmp_path / f"{i}.png", images[i])
    with pytest.raises(ValueError, match=r"one subfolder per class.*--normal, and no"):
        open_source(tmp_path, normal=["good"])
    assert open_source(tmp_path).size == 2
    with pytest.raises(ValueError, match=r"normal classes, 3\. Received: array"):
        open_source((images, labels), normal=["3"])
    with pytest.raises(ValueError, match=r"mnist_10k, which is streamed"):
        open_source("mnist_10k", normal=["3"], in_memory=False)
