"""The settings of the study of augmentation, and the parts of its script."""

import numpy as np
import pytest

from kgan.recipes.augmentation_study import EXPERIMENTS, SETTINGS
from tests.scripts import load_script


@pytest.fixture(scope="module")
def study():
    return load_script("augmentation_study")


def labelled(study, *labels, classes=3):
    """Images of 2 x 2 pixels, all of the level of their place."""
    levels = np.arange(len(labels), dtype="uint8")
    images = np.broadcast_to(levels[:, None, None, None], (len(labels), 2, 2, 1))
    return study.Labelled(images, np.array(labels, "int32"), classes)


def test_both_generators_have_the_same_settings():
    by_generator = {
        generator: [
            (s.filtered, s.classic)
            for s in SETTINGS.values()
            if s.generator == generator
        ]
        for generator in ("few", "all")
    }
    assert by_generator["few"] == [(False, False), (True, False), (True, True)]
    assert by_generator["all"] == by_generator["few"]
    alone = {k: s.classic for k, s in SETTINGS.items() if s.generator is None}
    assert alone == {"none": False, "classic": True, "pseudo": True}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_gan_of_few_images_knows_labels_and_the_other_does_not(name):
    gans = EXPERIMENTS[name].gans
    few, all_images = gans["few"][0], gans["all"][0]
    assert few.model == "ConditionalGAN"
    assert few.options["augment"]["name"] == "diff_augment"
    assert all_images.model == "DCGAN"
    assert EXPERIMENTS[name].data.labels
    counts = EXPERIMENTS[name].counts
    assert list(counts) == sorted(counts)


def test_few_images_are_among_more(study):
    labels = np.repeat([0, 1, 2], 20)
    five = study.few_rows(labels, 5, seed=0)
    ten = study.few_rows(labels, 10, seed=0)
    assert np.bincount(labels[five]).tolist() == [5, 5, 5]
    assert set(five) < set(ten)
    assert set(ten) != set(study.few_rows(labels, 10, seed=1))


def test_half_and_half(study):
    few = labelled(study, 0, 1, 2)
    others = labelled(study, 0, 0, 0, 0, 2)
    both = study.mixed(few, others)
    # Four of each class from each side; of the others, none of the class 1.
    assert np.bincount(both.labels).tolist() == [8, 4, 8]
    assert both.images[both.labels == 1].max() == 1
    assert np.unique(both.images[both.labels == 2]).tolist() == [2, 4]


def test_the_filter_keeps_the_sure_ones(study):
    images = labelled(study, 0, 0, 0, 1, 1)
    sure = np.array([0.95, 0.2, 0.91, 0.3, 0.4])
    kept = study.kept(images, sure)
    # Of the class 1 nothing is sure enough: the surest one.
    assert kept.images[:, 0, 0, 0].tolist() == [0, 2, 4]


def test_accuracy_is_the_mean_over_classes(study):
    right = np.array([True, True, True, False])
    labels = np.array([0, 0, 0, 1])
    assert study.balanced_mean(right, labels) == 0.5


def test_one_tile_is_on_one_side(study):
    names = ["exp1_num_100", "exp2_num_130", "exp1_num_9000", "exp3_num_150"]
    assert study.tiles_of(names).tolist() == [0, 0, 1, 0]
    rng = np.random.default_rng(0)
    tiles = np.repeat(np.arange(40), 3)
    labels = np.repeat(rng.integers(0, 3, 40), 3)
    for seed in range(3):
        train = study.rows_of_tiles(labels, tiles, seed)
        assert not set(tiles[train]) & set(tiles[~train])
        share = [train[labels == c].mean() for c in range(3)]
        assert min(share) >= 0.6
        assert max(share) < 0.8
