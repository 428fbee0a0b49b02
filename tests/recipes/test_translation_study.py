"""The settings of the study of translation, and the parts of its script."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.recipes.translation_study import EXPERIMENTS
from tests.scripts import load_script


@pytest.fixture(scope="module")
def study():
    return load_script("translation_study")


def test_runs_begin_with_a_run_before_them():
    for experiment in EXPERIMENTS.values():
        before = []
        for key, setting in experiment.settings.items():
            assert setting.starts_from in (None, *before)
            before.append(key)


def test_baselines_are_of_experiments_and_no_settings(study):
    for name, baselines in study.BASELINES.items():
        assert not set(baselines) & set(EXPERIMENTS[name].settings)


def test_losses_of_facades_differ_by_the_weights_alone():
    l1, cgan, both = EXPERIMENTS["facades64"].settings.values()
    assert l1.options == {**both.options, "adversarial": 0.0}
    assert cgan.options == {**both.options, "l1": 0.0}
    assert l1.recipe == cgan.recipe == both.recipe


def test_emoji_are_on_white_and_halved(study, tmp_path):
    images = np.zeros((3, 4, 4, 4), "uint8")
    # One without opacity, one opaque and black, one red and half opaque.
    images[1, ..., 3] = 255
    images[2] = [255, 0, 0, 128]
    np.savez(
        tmp_path / "e.npz", images_a=images, images_b=images[::-1], split=[0, 0, 1]
    )
    a, b = study.emoji(tmp_path / "e.npz", "train")
    assert a.shape == (2, 2, 2, 3)
    assert a[0].min() == 255
    assert a[1].max() == 0
    assert b[0][0, 0].tolist() == [255, 127, 127]
    assert len(study.emoji(tmp_path / "e.npz", "test")[0]) == 1


def test_whole_images_are_cut_to_the_factor_and_stay_gray(study, tmp_path):
    color = np.arange(7 * 9 * 3, dtype="uint8").reshape(7, 9, 3)
    Image.fromarray(color).save(tmp_path / "a.png")
    Image.fromarray(color[..., 0]).save(tmp_path / "b.png")
    one, other = study.whole_images(tmp_path, 4)
    np.testing.assert_array_equal(one, color[:4, :8])
    np.testing.assert_array_equal(other, color[:4, :8, :1])


def test_gray_images_are_not_compared_by_luma(study, monkeypatch):
    get = kgan.metrics.get
    monkeypatch.setattr(study, "metric", lambda n: get("l1" if n == "lpips" else n))
    target = np.full((20, 20, 3), 100, "uint8")
    made = target + np.array(51, "uint8")
    gray = study.of_image("sr4", 4, target, made, gray=True)
    # 20 log10(255 / 51), and of luma in 16 ... 235: 20 log10(255 / 44).
    assert gray["psnr"] == pytest.approx(13.9794, abs=1e-3)
    luma = study.of_image("sr4", 4, target, made, gray=False)
    assert luma["psnr"] == pytest.approx(20 * np.log10(255 / 44), abs=1e-3)


def test_the_mean_color_keeps_the_lightness(study, monkeypatch):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (8, 4, 4, 3), dtype="uint8")

    class Data(type(EXPERIMENTS["color_cifar"].data)):
        def open(self):
            return kgan.data.open_source(images, degradation="gray")

    data = Data("there", degradation="gray")
    experiment = study.dataclasses.replace(EXPERIMENTS["color_cifar"], data=data)
    way = study.mean_color(experiment, Path("sets"))["translate"].translate
    gray = np.full((1, 4, 4, 1), 128, "uint8")
    lab = np.asarray(kgan.spaces.lab.rgb_to_lab(way(gray) / 127.5 - 1.0))
    true = np.asarray(kgan.spaces.lab.rgb_to_lab(images / 127.5 - 1.0))
    assert lab[..., 0] == pytest.approx(np.full((1, 4, 4), 53.6), abs=0.5)
    np.testing.assert_allclose(lab[0, 0, 0, 1:], true.mean((0, 1, 2))[1:], atol=1.0)
