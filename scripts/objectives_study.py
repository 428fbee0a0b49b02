"""The study of objectives: trains each setting of an experiment with each seed.

    python scripts/objectives_study.py ring grid
    python scripts/objectives_study.py ring --settings hinge --seeds 0
    python scripts/draw_objectives.py                     # tables and figures

The settings are kgan/recipes/objectives_study.py. A run writes SETTING_SEED.json, and
its first samples as .npy, into results/objectives/EXPERIMENT. A run that has its .json
is left alone, so the study continues where it was interrupted. For two cores, start two
processes with seeds of their own.
"""

import argparse
import dataclasses
import functools
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

import kgan
from kgan.data.opening import splits_of
from kgan.recipes.objectives_study import EXPERIMENTS, IMAGES, LONGER

RESULTS = Path(__file__).parents[1] / "results" / "objectives"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="+", choices=EXPERIMENTS)
    parser.add_argument("--settings", nargs="+")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--data-dir", help="where TFDS sets are")
    parser.add_argument("--color-data", help="color images for the experiment color")
    options = parser.parse_args()
    for experiment in options.experiments:
        folder = options.results / experiment
        folder.mkdir(parents=True, exist_ok=True)
        # All settings once, before the next seed: each table is complete early.
        for seed in options.seeds:
            for name, recipe in EXPERIMENTS[experiment].items():
                path = folder / f"{name}_{seed}.json"
                asked = not options.settings or name in options.settings
                if asked and not path.exists():
                    data = dataclasses.replace(recipe.data, data_dir=options.data_dir)
                    if experiment == "color":
                        data = dataclasses.replace(data, data=options.color_data)
                    recipe = dataclasses.replace(recipe, data=data)
                    run(experiment, recipe, seed, path)


def run(experiment, recipe, seed, path):
    keras.backend.clear_session()
    training = dataclasses.replace(recipe.training, seed=seed)
    source = recipe.open_data()
    model = dataclasses.replace(recipe, training=training).build(source)
    each = training.steps_per_execution
    images = IMAGES[experiment] * LONGER.get(recipe.name, 1)
    steps = images // recipe.examples_a_step // each * each
    batches = source.batches(recipe.examples_a_step, seed=seed).repeat()
    start = time.perf_counter()
    history = model.fit(batches, epochs=1, steps_per_epoch=steps, verbose=0).history
    seconds = time.perf_counter() - start
    samples = model.generate(recipe.samples, seed=0)
    result = {
        "setting": recipe.name,
        "seed": seed,
        "steps": steps,
        "images": steps * recipe.examples_a_step,
        "seconds": round(seconds, 1),
        "finite": bool(np.isfinite(samples).all()),
        "logs": {name: float(values[-1]) for name, values in history.items()},
    }
    if result["finite"]:
        result |= SCORES[experiment](recipe, source, samples)
    np.save(
        path.with_suffix(".npy"),
        samples[: 500 if samples.ndim == 2 else 64].astype("float16"),
    )
    path.write_text(json.dumps(result, indent=1) + "\n")
    shown = {k: v for k, v in result.items() if isinstance(v, float)}
    line = {name: round(value, 4) for name, value in shown.items()}
    print(path.parent.name, path.stem, line, flush=True)


def of_mixture(recipe, source, samples):
    """Modes, the share of samples within 3 sigma, and the reverse KL, in nats."""
    return numbers(kgan.metrics.ModeCoverage(recipe.data.data), samples)


def of_stacked(recipe, source, samples):
    """Modes, and the reverse KL in nats, by a classifier of digits."""
    extractor = kgan.metrics.extractors.LeNet()
    logits = [extractor.extract(samples[..., i : i + 1]).logits for i in range(3)]
    metric = kgan.metrics.get("stacked_mode_coverage")
    return numbers(metric, np.stack(logits, axis=1))


def numbers(metric, examples):
    """The scores of a metric that needs no real examples, without their errors."""
    scores = metric.score(None, examples)
    return {name: float(score.value) for name, score in scores.items()}


def of_images(recipe, source, samples):
    """The Frechet distance to test images, and recall."""
    reference = reference_of(recipe.data)
    features = reference["extractor"].extract(samples).features
    gaussian = kgan.metrics.gaussian(features)
    recall = kgan.metrics.precision_recall(reference["features"], features[:5000])[1]
    return {
        "frechet_distance": kgan.metrics.frechet_distance(
            reference["gaussian"], gaussian
        ),
        "recall": float(recall),
    }


@functools.cache
def reference_of(data):
    """Features of test images, or of all where there is one split, as of mnist_10k."""
    splits = splits_of(data.data, data.data_dir) or ["test"]
    images = data.open("test" if "test" in splits else None).some(10_000)
    color = images.shape[-1] == 3
    extractors = kgan.metrics.extractors
    extractor = extractors.Color() if color else extractors.LeNet()
    features = extractor.extract(images).features
    return {
        "extractor": extractor,
        "features": features[:5000],
        "gaussian": kgan.metrics.gaussian(features),
    }


SCORES = dict.fromkeys(EXPERIMENTS, of_images) | {
    "ring": of_mixture,
    "grid": of_mixture,
    "stacked_mnist": of_stacked,
}

if __name__ == "__main__":
    main()
