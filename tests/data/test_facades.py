import numpy as np
import pytest

import kgan
from kgan.data.facades import COLORS, SPLITS, facades, of_split


def test_labels_are_of_the_palette_and_fit_the_picture():
    labels, pictures = facades(30, seed=5)
    assert labels.shape == pictures.shape == (30, 64, 64, 3)
    palette = {color: name for name, color in COLORS.items()}
    seen = {palette[tuple(c)] for c in np.unique(labels.reshape(-1, 3), axis=0)}
    assert seen == set(COLORS)
    # The wall of a picture has one color, the sky another one.
    for label, picture in zip(labels, pictures.astype(float), strict=True):
        wall = (label == COLORS["wall"]).all(-1)
        assert picture[wall].std(0).mean() < picture.std((0, 1)).mean() + 5
    # What the labels do not say differs.
    walls = [
        picture[(label == COLORS["wall"]).all(-1)].mean(0)
        for label, picture in zip(labels, pictures, strict=True)
    ]
    assert np.std(walls, 0).min() > 15


def test_a_seed_fixes_each_facade():
    one, two = facades(3, seed=7), facades(6, seed=7)
    for few, many in zip(one, two, strict=True):
        np.testing.assert_array_equal(few, many[:3])
    assert (facades(3, seed=8)[1] != one[1]).any()
    assert not one[0].flags.writeable
    assert facades(1, size=32)[0].shape == (1, 32, 32, 3)


def test_sets_and_splits():
    source = kgan.data.open_source("facade_labels", target="facades", split="test")
    assert source.size == SPLITS["test"][0]
    first = source.parts(2)
    assert [x.shape for x in first] == [(2, 64, 64, 3)] * 2
    small = kgan.data.open_source("facades", split="test", image_size=16, channels=1)
    assert small.image_shape == (16, 16, 1)
    other = kgan.data.open_source("facades", split="test", degradation="gray")
    assert [s.shape[-1] for s in other.spaces] == [1, 3]
    unpaired = kgan.data.open_source("facades", target="facade_labels", paired=False)
    assert unpaired.size == SPLITS["train"][0]
    with pytest.raises(ValueError, match="split of facades: train, test"):
        of_split("facades", "val")
    with pytest.raises(ValueError, match="labels are asked for"):
        kgan.data.open_source("facades", labels=True)
    recipe = kgan.recipes.get("pix2pix")
    test = recipe.open_data("test")
    np.testing.assert_array_equal(
        kgan.spaces.to_uint8(np.asarray(next(iter(test.batches(4, shuffle=False)))[1])),
        of_split("facades", "test")[:4],
    )
