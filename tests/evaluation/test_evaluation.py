import json

import numpy as np
import pytest

import kgan
from kgan.evaluation import Evaluation, open_samples, read_result
from kgan.metrics import FrechetDistance, frechet_distance, gaussian
from kgan.metrics.extractors import Pixels
from kgan.recipes import Data


class Small(Pixels):
    """The sixteen pixels in the middle."""

    name = "small"
    calls = 0

    def outputs(self, images):
        return super().outputs(images[:, 12:16, 12:16])

    def extract(self, images, batch_size=500):
        self.calls += 1
        return super().extract(images, batch_size)


@pytest.fixture
def data(prepared_mnist):
    return Data(prepared_mnist)


def evaluation(data, metrics=("frechet_distance",), samples=40, **kwargs):
    return Evaluation(
        data, metrics, kwargs.pop("extractor", Small()), samples, **kwargs
    )


def features(side):
    return Small().extract(side.examples).features


def test_scores_and_anchors_are_those_of_the_metric(data, model):
    made = evaluation(data).run(model)
    score = made.scores["frechet_distance"]
    reals = evaluation(data).reals
    fake = open_samples(model).draw(40, 0)
    real = gaussian(features(reals.side("reference")))

    def distance(examples):
        return frechet_distance(real, gaussian(Small().extract(examples).features))

    assert score["value"] == pytest.approx(distance(fake), rel=1e-9)
    held_out = distance(reals.side("held_out").examples)
    assert score["real"]["value"] == pytest.approx(held_out, rel=1e-9)
    noise = distance(reals.side("noise").examples)
    assert score["noise"]["value"] == pytest.approx(noise, rel=1e-9)
    assert score["real"]["between"]["fake"]["of"].endswith("test")
    assert score["against"]["real"]["count"] == 40
    assert score["error"] > 0
    assert "standard error" in score["how"]


def test_a_result_says_how_it_was_made(data, model, tmp_path):
    made = evaluation(data, seed=3).run(model)
    path = made.write(tmp_path / "scores" / "001.json")
    stored = json.loads(path.read_text())
    assert stored["kgan"] == kgan.__version__
    assert stored["samples"]["count"] == 40
    assert stored["samples"]["seed"] == 3
    assert stored["samples"]["weights"] == "EMA"
    assert stored["samples"]["steps"] == 0
    assert stored["reference"]["split"] == "train"
    assert stored["reference"]["shape"] == [28, 28, 1]
    assert stored["extractor"]["digest"] == Small().digest
    assert "taken as they are" in stored["extractor"]["resize"]
    score = stored["scores"]["frechet_distance"]
    assert score["metric"] == {"class": "FrechetDistance"}
    assert score["better"] == "lower"
    assert read_result(path) == made
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        made.write(path)


def test_features_are_extracted_once(data, model):
    extractor = Small()
    names = ["frechet_distance", "precision_recall"]
    one = evaluation(data, names, extractor=extractor)
    one.run(model)
    # Generated, reference, held-out, noise.
    assert extractor.calls == 4
    one.run(open_samples(model, "raw"))
    assert extractor.calls == 5


def test_run_and_file_score_alike(data, model, tmp_path):
    path = tmp_path / "gan.keras"
    model.save(path)
    one, other = evaluation(data).run(model), evaluation(data).run(path)
    assert one.scores == other.scores
    assert one.samples["sha256"] == other.samples["sha256"]
    raw = evaluation(data).run(path, weights="raw")
    assert raw.samples["weights"] == "raw"
    assert raw.samples["sha256"] != one.samples["sha256"]


def test_a_bias_is_told(data, model):
    made = evaluation(data, samples=10).run(model)
    one, anchors, unusable = made.warnings
    assert one.startswith("frechet_distance: The Frechet distance of 10 examples")
    assert anchors.startswith("real and noise of frechet_distance: ")
    # An untrained generator.
    assert "noise" in unusable
    assert f"warning: {one}" in made.table()


def test_memorization_of_the_training_set(prepared_mnist):
    """Copies of the training set are told from new images."""
    one = evaluation(Data(prepared_mnist, split="train[:50]"), ["memorization"])
    (metric,) = one.metrics
    copies = one.reals.side("training").examples[:40]
    values = one.score(copies, metric)
    assert values["memorization_ratio"].value == 0.0
    real, _ = one.anchors(metric)
    assert real["memorization_ratio"].value == pytest.approx(1.0, abs=0.3)


def test_parzen_takes_the_splits_of_2014(prepared_mnist):
    from kgan.metrics.parzen import SIGMAS, choose_sigma, parzen_log_likelihoods

    one = evaluation(Data(prepared_mnist, split="train[:50]"), ["parzen"])
    (metric,) = one.metrics
    fake = one.reals.side("noise").examples
    value = one.score(fake, metric)["parzen"]
    sides = [fake, *(one.reals.side(n).examples for n in ("validation", "test"))]
    fake, validation, test = (side.reshape(len(side), -1) / 255.0 for side in sides)
    sigma = choose_sigma(validation, fake, SIGMAS)
    expected = parzen_log_likelihoods(test, fake, sigma).mean()
    assert value.value == pytest.approx(expected, rel=1e-6)


def test_kernel_distance_of_few_examples(prepared_mnist):
    (metric,) = evaluation(Data(prepared_mnist), ["kernel_distance"]).metrics
    assert metric.subset_size == 40
    # Real against real is between halves.
    ring = evaluation(Data("ring"), ["kernel_distance"], 3000, extractor="pixels")
    assert ring.metrics[0].subset_size == 1000


def test_defaults_are_what_the_data_allows(prepared_mnist, digits, tmp_path):
    one = Evaluation(Data(prepared_mnist), samples=30)
    assert one.extractor.name == "lenet"
    assert "memorization" in [metric.name for metric in one.metrics]
    from PIL import Image

    for i, image in enumerate(digits[:8]):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{i}.png")
    names = [m.name for m in Evaluation(Data(str(tmp_path)), samples=8).metrics]
    assert "frechet_distance" in names
    assert "memorization" not in names


@pytest.mark.parametrize(
    ("mode", "extractor"), [("L", "lenet"), ("RGB", "color"), ("RGBA", "color")]
)
def test_the_default_extractor_is_that_of_the_channels(tmp_path, mode, extractor):
    from PIL import Image

    for i in range(4):
        Image.new("RGBA", (8, 8), (60 * i, 9, 9, 99)).convert(mode).save(
            tmp_path / f"{i}.png"
        )
    data = Data(str(tmp_path), channels=len(mode))
    one = Evaluation(data, ["frechet_distance"], samples=4)
    assert one.reals.shape == (8, 8, len(mode))
    assert one.extractor.name == extractor


def test_points():
    model = kgan.VanillaGAN(
        (2,), 2, generator_hidden=(4,), discriminator_hidden=(4,), output="linear"
    )
    one = Evaluation(Data("ring"), ["frechet_distance", "mode_coverage"], samples=500)
    assert one.extractor.name == "pixels"
    scores = one.run(model).scores
    assert {"frechet_distance", "modes", "high_quality", "kl"} <= scores.keys()
    assert scores["frechet_distance"]["real"]["value"] < 0.02


@pytest.mark.parametrize(("name", "modes"), [("ring", 8), ("grid", 25)])
def test_modes_are_those_of_the_set(name, modes):
    one = Evaluation(Data(name), ["mode_coverage"], samples=500)
    real, _ = one.anchors(one.metrics[0])
    assert real["modes"].value == modes
    assert real["high_quality"].value > 0.95


def test_modes_that_are_not_known():
    names = [m.name for m in Evaluation(Data("gaussian"), samples=50).metrics]
    assert names == ["frechet_distance"]
    with pytest.raises(ValueError, match="modes of grid, but gaussian has other modes"):
        Evaluation(Data("gaussian"), ["mode_coverage"])


def test_stacked_digits_are_told_by_channel():
    one = Evaluation(Data("stacked_mnist_10k"), samples=400)
    (metric,) = one.metrics
    assert metric.name == "stacked_mode_coverage"
    assert one.extractor.name == "lenet"
    base = kgan.data.open_source("mnist_10k", labels=True)
    images = [base.examples[base.labels == digit][:9, ..., 0] for digit in (4, 0, 7)]
    examples = np.stack(images, axis=-1)
    with pytest.warns(UserWarning, match="KL of 9 examples over 1000 modes"):
        assert one.score(examples, metric)["modes"].value == 1
    logits = one._views.of(one.generated(examples), "channel_logits")
    np.testing.assert_array_equal(logits.argmax(-1), [[4, 0, 7]] * 9)


def test_a_metric_that_the_data_has_no_examples_for(tmp_path, digits):
    from PIL import Image

    for i, image in enumerate(digits[:8]):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{i}.png")
    data = Data(str(tmp_path))
    with pytest.raises(ValueError, match=r"parzen needs .*--data mnist"):
        Evaluation(data, ["parzen"], samples=8)
    with pytest.raises(ValueError, match="memorization needs real examples that were"):
        Evaluation(data, ["memorization"], samples=8)
    with pytest.raises(ValueError, match="mode_coverage scores points"):
        Evaluation(data, ["mode_coverage"], samples=8)
    with pytest.raises(ValueError, match="inception_score needs logits, which pixels"):
        Evaluation(data, ["inception_score"], "pixels", samples=8)


def test_bad_input(data, model):
    with pytest.raises(ValueError, match="samples >= 4"):
        evaluation(data, samples=3)
    one = evaluation(data, [FrechetDistance()])
    with pytest.raises(ValueError, match=r"shape \(28, 28, 1\).*\(32, 32, 3\)"):
        one.generated(np.zeros((4, 32, 32, 3), "uint8"))
    other = kgan.DCGAN((32, 32, 3), latent_dim=4, width=2, seed=0)
    with pytest.raises(ValueError, match=r"Expected examples of shape \(28, 28, 1\)"):
        one.run(other)
    few = evaluation(data, ["density_coverage"], samples=4)
    with pytest.raises(ValueError, match=r"more than|at least"):
        few.run(model)
