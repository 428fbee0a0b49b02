"""The settings of the study of style, and the parts of its script."""

import dataclasses

import numpy as np
import pytest

import kgan
from kgan.recipes.style_study import EXPERIMENTS
from tests.scripts import load_script


@pytest.fixture(scope="module")
def study():
    return load_script("style_study")


def test_settings_differ_by_what_their_titles_say():
    faces = EXPERIMENTS["faces"].settings
    ada, plain, begun = (
        faces[key].recipe(3200).options
        for key in ("stylegan2", "stylegan2_plain", "stylegan2_emoji")
    )
    assert plain == {**ada, "augment": None}
    # A twentieth of the images seen: 160 at the end, or from the start.
    average = kgan.schedules.get(ada["ema_half_life"])
    assert (float(average(0)), float(average(3200))) == (0.0, pytest.approx(160.0))
    assert begun == {**ada, "ema_half_life": 160.0}
    assert ada["gamma"] == pytest.approx(0.0256)


def test_schedules_end_with_the_run():
    recipe = EXPERIMENTS["eurosat"].settings["r3gan"].recipe(3200)
    ends = [recipe.options["gamma"], *recipe.schedules.values()]
    found = [float(kgan.schedules.get(end)(3200)) for end in ends]
    assert found == pytest.approx([0.1, 2.5e-4, 0.99])


def test_runs_begin_with_a_run_before_them():
    before = []
    for name, experiment in EXPERIMENTS.items():
        for key, setting in experiment.settings.items():
            assert setting.starts_from in (None, *before)
            before.append((name, key))


def test_images_are_on_white_cropped_and_gray(study, tmp_path):
    # 6 x 4: a row of the border at each end, which goes; half opaque red.
    images = np.zeros((2, 6, 4, 4), "uint8")
    images[:, 1:5] = [255, 0, 0, 128]
    np.savez(tmp_path / "e.npz", images_a=images)
    experiment = EXPERIMENTS["emoji_gray"]
    data = dataclasses.replace(experiment.data, data="e.npz", image_size=2, flip=False)
    experiment = dataclasses.replace(experiment, data=data)
    source = study.opened(experiment, tmp_path, labels=False)
    (batch,) = source.batches(2, shuffle=False).take(1)
    # (255, 127, 127): 0.299 x 255 + 0.701 x 127 = 165.272
    np.testing.assert_array_equal(
        np.round((np.asarray(batch) + 1.0) * 127.5), np.full((2, 2, 2, 1), 165.0)
    )


def test_labels_of_samples_are_those_of_the_data(study):
    model = kgan.R3GAN((8, 8, 1), 4, widths=8, blocks=1, group_size=8, classes=2)
    labels = np.repeat([0, 1], [2, 6])
    images = np.zeros((8, 8, 8, 1), "uint8")
    source = kgan.data.open_source((images, labels), labels=True)
    seen = []
    model.generate = lambda seed, labels: seen.append(labels) or np.zeros((4, 8, 8, 1))
    study.sampled(model, source, 4)
    assert seen[0].tolist() == [0, 1, 1, 1]
