"""The study of StyleGAN2 and R3GAN: models of one data set, each for the same time.

    python scripts/style_study.py eurosat emoji faces --sets FOLDER --minutes 20
    python scripts/style_study.py eurosat --settings r3gan --sets FOLDER
    python scripts/draw_style.py                          # tables and pictures

The settings are kgan/recipes/style_study.py. FOLDER has the sets, such as
eurosat64/eurosat64.npz, and weights/ of SqueezeNet. A run leaves SETTING.json in
results/style/EXPERIMENT, samples beside it, and the model in logs/style/EXPERIMENT. A
run that is there is left alone. The minutes are those of a processor, in training
alone: give each run one core, such as `taskset -c 0 python ...`, and other work beside
it changes little. How many images a run will see follows from a trial of some steps.
"""

import argparse
import dataclasses
import functools
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from image_sets import distances, extractor, named, on_white
from timed import steps_in, trained

import kgan
from kgan.data import degradations
from kgan.recipes.style_study import EXPERIMENTS
from kgan.runs.loading import load_file
from kgan.runs.starting import copy_networks
from kgan.spaces import to_float, to_uint8
from kgan.system.files import atomic_file

ROOT = Path(__file__).parents[1]
SAMPLES, SHOWN = 3000, 64
# Rec. 601.
LUMA = np.array([0.299, 0.587, 0.114])
# Of a run that are scored, and the samples of all but the last.
PARTS, PART_SAMPLES = 8, 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="+", choices=EXPERIMENTS)
    parser.add_argument("--settings", nargs="+", help="default: all")
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20.0, help="of each training")
    parser.add_argument("--results", type=Path, default=ROOT / "results/style")
    parser.add_argument("--models", type=Path, default=ROOT / "logs/style")
    options = parser.parse_args()
    os.environ.setdefault("KGAN_WEIGHTS", str(options.sets / "weights"))
    for name in options.experiments:
        for key in options.settings or EXPERIMENTS[name].settings:
            path = options.results / name / f"{key}.json"
            if not path.exists():
                run(name, key, path, options)


def run(name, key, path, options):
    """One setting: training for the time, samples, scores."""
    experiment = EXPERIMENTS[name]
    setting = experiment.settings[key]
    source = opened(experiment, options.sets, setting.labels)
    batch = setting.recipe(1).training.batch_size
    batches = source.batches(batch, seed=0).repeat()
    steps = steps_in(built(setting, source, 1000), batches, options.minutes / PARTS)
    model = built(setting, source, PARTS * steps * batch)
    if setting.starts_from:
        first = options.models.joinpath(*setting.starts_from).with_suffix(".keras")
        copy_networks(model, load_file(first), str(first))
    real = functools.cache(lambda f: features_of(f, source.some(source.size)))
    curve, seconds = [], 0.0
    for part in range(PARTS):
        logs, took = trained(model, batches, steps)
        seconds += took
        samples = sampled(model, source, PART_SAMPLES)
        distance = scores(real, samples, ["color"])["frechet_distance_color"]
        curve.append([(part + 1) * steps * batch, distance])
        print(name, key, *curve[-1], logs, flush=True)
    file = options.models / name / f"{key}.keras"
    file.parent.mkdir(parents=True, exist_ok=True)
    model.save(file)
    samples = sampled(model, source, SAMPLES)
    result = {
        "minutes": round(seconds / 60, 2),
        "images": PARTS * steps * batch,
        "parameters": sum(n.count_params() for n in model.networks),
        "logs": logs,
        "curve": curve,
        **scores(real, samples, ["color", "squeezenet"]),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # From all classes.
    shown = np.asarray(to_uint8(samples[:: SAMPLES // SHOWN][:SHOWN]))
    np.savez_compressed(path.with_suffix(".npz"), samples=shown)
    with atomic_file(path) as partial:
        partial.write_text(json.dumps(result, indent=1) + "\n")
    print(name, key, json.dumps(result), flush=True)


def opened(experiment, sets, labels):
    """The source of an experiment."""
    path = sets / experiment.data.data
    data = dataclasses.replace(experiment.data, data=str(path), labels=labels)
    if experiment.array is None:
        return data.open()
    with np.load(path) as file:
        images = whole(file[experiment.array], data.image_size)
    if experiment.gray:
        images = np.round(images @ LUMA).astype("uint8")[..., None]
    return kgan.data.open_source(images, flip=data.flip)


def whole(images, side):
    """Square images on white of so many pixels per side, cropped at their centre."""
    images = on_white(images if images.ndim == 4 else images[..., None])
    least = min(images.shape[1:3])
    top, left = ((length - least) // 2 for length in images.shape[1:3])
    square = images[:, top : top + least, left : left + least]
    return np.asarray(degradations.resize(square, (side, side)))


def built(setting, source, images):
    keras.backend.clear_session()
    return setting.recipe(images).build(source)


def sampled(model, source, n):
    """n images; of a model that is told classes, as many of each as the data have."""
    given = {"n": n}
    if model.labels:
        (part,) = source.batches(source.size, shuffle=False, augment=False).take(1)
        # Spread evenly, because data may be sorted by class.
        given = {"labels": np.asarray(part[1])[np.arange(n) * source.size // n]}
    return to_float(np.asarray(to_uint8(model.generate(seed=0, **given))))


def scores(real, made, features):
    """Distances of both sets and recall, with their errors."""
    found = {}
    for name in features:
        both = real(name), features_of(name, made)
        found |= distances(name, *both)
        if name == "color":
            recall = kgan.metrics.get("precision_recall").score(*both)
            found |= named(name, recall)
    return {name: round(value, 4) for name, value in found.items()}


def features_of(name, images):
    return extractor(name).extract(np.asarray(images)).features


if __name__ == "__main__":
    main()
