"""The study of translation: image to image on real sets, scored by their truth.

    python scripts/translation_study.py facades64 emoji --sets FOLDER
    python scripts/translation_study.py sr4 --settings srresnet srgan --sets FOLDER
    python scripts/draw_translation.py                    # tables and figures

The settings are kgan/recipes/translation_study.py. FOLDER has the sets, such as
facades/facades.tar, and weights/ of LPIPS and SqueezeNet. A run leaves SETTING.json
in results/translation/EXPERIMENT, pictures beside it, and the model in
logs/translation/EXPERIMENT. A run that is there is left alone, so the study goes on
where it was interrupted.
"""

import argparse
import dataclasses
import functools
import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from image_sets import distances, extractor, on_white

import kgan
from kgan.data import degradations
from kgan.data.decoding import read_pixels
from kgan.data.files import open_files
from kgan.data.folder import scan
from kgan.recipes.translation_study import EXPERIMENTS
from kgan.runs.starting import copy_networks
from kgan.spaces import to_float, to_uint8
from kgan.spaces.lab import lab_to_rgb, rgb_to_lab
from kgan.spaces.tiles import by_tiles
from kgan.system.files import atomic_file

ROOT = Path(__file__).parents[1]
SHOWN = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="+", choices=EXPERIMENTS)
    parser.add_argument("--settings", nargs="+", help="default: all, and baselines")
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--results", type=Path, default=ROOT / "results/translation")
    parser.add_argument("--models", type=Path, default=ROOT / "logs/translation")
    options = parser.parse_args()
    os.environ.setdefault("KGAN_WEIGHTS", str(options.sets / "weights"))
    for name in options.experiments:
        experiment = EXPERIMENTS[name]
        for key in options.settings or [*BASELINES.get(name, ()), *experiment.settings]:
            path = options.results / name / f"{key}.json"
            if not path.exists():
                run(name, key, path, options)


def run(name, key, path, options):
    """One setting, or one baseline: training, translations, scores, pictures."""
    experiment = EXPERIMENTS[name]
    start, result = time.process_time(), {}
    if key in experiment.settings:
        model = trained(name, experiment, experiment.settings[key], key, options)
        result["training_cpu_seconds"] = round(time.process_time() - start)
        result["seen"] = experiment.settings[key].seen or experiment.seen
        ways = ways_of(model)
    else:
        ways = BASELINES[name][key](experiment, options.sets)
    pictures = {}
    for test, data in experiment.tests.items():
        score = scored_whole if experiment.whole else scored
        scores, shown = score(name, experiment, data, ways, options.sets)
        result[test] = scores
        pictures |= {f"{test}_{what}": images for what, images in shown.items()}
    for scores in result.values():
        if isinstance(scores, dict) and "ab_mse" in scores:
            scores["ab_psnr"] = round(10 * np.log10(255.0**2 / scores["ab_mse"]), 4)
    result["cpu_seconds"] = round(time.process_time() - start)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path.with_suffix(".npz"), **pictures)
    with atomic_file(path) as partial:
        partial.write_text(json.dumps(result, indent=1) + "\n")
    print(name, key, json.dumps(result), flush=True)


def trained(name, experiment, setting, key, options):
    """The model of a setting, as its file has it, or trained now."""
    file = options.models / name / f"{key}.keras"
    if file.exists():
        return kgan.runs.loading.load_file(file)
    keras.backend.clear_session()
    recipe = dataclasses.replace(
        setting.recipe, options={**setting.recipe.options, **setting.options}
    )
    source = opened(name, experiment.data, options.sets, setting.paired)
    model = recipe.build(source)
    if setting.starts_from:
        first = options.models / name / f"{setting.starts_from}.keras"
        copy_networks(model, kgan.runs.loading.load_file(first), str(first))
    batch = recipe.training.batch_size
    steps = (setting.seen or experiment.seen) // batch
    batches = source.batches(batch, seed=0).repeat()
    epochs = min(10, steps)
    model.fit(batches, epochs=epochs, steps_per_epoch=steps // epochs, verbose=2)
    file.parent.mkdir(parents=True, exist_ok=True)
    model.save(file)
    return model


def opened(name, data, sets, paired=True):
    """The source of an experiment's data."""
    if name != "emoji":
        return dataclasses.replace(data, data=str(sets / data.data)).open()
    a, b = emoji(sets / data.data, data.split)
    return kgan.data.open_source(a, target=b, paired=paired)


def emoji(path, split):
    """uint8 [n, 32, 32, 3] of both styles, on white, reduced by half."""
    with np.load(path) as file:
        rows = file["split"] == ("train", "test").index(split)
        both = [file[key][rows] for key in ("images_a", "images_b")]
    return [degradations.downscale(on_white(images), 2).numpy() for images in both]


class Way(NamedTuple):
    """What is asked.

    Attributes:
        translate: uint8 batches -> uint8 batches.
        multiple: what the sides of its images are multiples of.
    """

    translate: Callable[[np.ndarray], np.ndarray]
    multiple: int = 1


def ways_of(model):
    """Name -> `Way` of each endpoint of a model: there, and back."""

    def way(endpoint):
        return lambda images: uint8(endpoint(16, images=images)["images"])

    multiple = getattr(model, "multiple", 1)
    names = model.endpoints()
    return {name: Way(way(model.endpoint(name)), multiple) for name in names}


def scored(name, experiment, data, ways, sets):
    """Scores of a test of images of one size, and some pictures."""
    both = [evenly(uint8(x), experiment.tested) for x in sides(name, data, sets)]
    scores, pictures = {}, {}
    # The second way, if there is one, goes back.
    for way, (taken, wanted) in zip(ways, (both, both[::-1]), strict=False):
        made = ways[way].translate(taken)
        own = of_sets(wanted, made)
        if data.paired:
            own |= of_pairs(name, floats(wanted), floats(made))
        before = "" if way == "translate" else f"{way}_"
        scores |= {f"{before}{key}": value for key, value in own.items()}
        columns = {"source": taken, "output": made, "target": wanted}
        for what, images in columns.items():
            pictures[f"{way}_{what}"] = evenly(images, SHOWN)
    return {"count": len(both[0]), **scores}, pictures


def evenly(images, n):
    """n of the images, from the first to the last: sets may be sorted by class."""
    return (
        images if n is None else images[np.linspace(0, len(images) - 1, n).astype(int)]
    )


def sides(name, data, sets):
    """All sources and all targets of a test, as NumPy arrays."""
    if data.paired:
        source = opened(name, data, sets)
        (batch,) = source.batches(source.size, shuffle=False, augment=False).take(1)
        return [np.asarray(part) for part in batch]
    alone = dataclasses.replace(data, target=None, paired=True)
    splits = [dataclasses.replace(alone, split=s) for s in (data.split, data.target)]
    sources = [opened(name, split, sets) for split in splits]
    return [source.some(source.size) for source in sources]


def of_pairs(name, target, made):
    """Numbers of translations and their targets, float32 in [-1, 1]."""
    colors = name.startswith("color")
    scores = {}
    for key in ["l1", "ssim", "lpips", "colorfulness" if colors else "psnr"]:
        scores |= numbers(metric(key).score(None, made, target=target))
    if name == "emoji":
        scores |= retrieved(target, made)
    if colors:
        true = metric("colorfulness").score(None, target, target=target)
        scores["colorfulness_true"] = numbers(true)["colorfulness"]
        # Of the mean error: some photographs are gray, and some gray ones are right.
        decibels = metric("ab_psnr").each(target, made)
        scores["ab_mse"] = float(np.mean(255.0**2 / 10.0 ** (decibels / 10.0)))
    return scores


def retrieved(target, made):
    """Whether translations are nearest to their own targets, in pixels and features."""
    scores = {}
    flat = [x.reshape(len(x), -1) for x in (made, target)]
    featured = [extractor("squeezenet").extract(x).features for x in (made, target)]
    for what, (fake, true) in {"pixels": flat, "squeezenet": featured}.items():
        found = numbers(kgan.metrics.Retrieval().score(None, fake, target=true))
        scores |= {f"{key}_{what}": value for key, value in found.items()}
    return scores


def of_sets(real, made):
    """Distances of two sets of images in features."""
    scores = {}
    for features in ("squeezenet", "color"):
        net = extractor(features)
        both = (net.extract(to_float(images)).features for images in (real, made))
        scores |= distances(features, *both)
    return rounded(scores)


def scored_whole(name, experiment, data, ways, sets):
    """Scores of a test of images of many sizes, one by one, and some pictures."""
    factor = experiment.factor
    translate, multiple = ways["translate"]
    rows, pictures = [], {}
    for i, target in enumerate(whole_images(sets / data.data, factor)):
        gray = target.shape[-1] == 1
        target = np.repeat(target, 3, axis=-1) if gray else target
        source = degradations.get(data.degradation).apply(target).numpy()
        made = by_tiles(translate, source, 1024, 32, multiple)
        rows.append(of_image(name, factor, target, made, gray))
        if i < SHOWN:
            parts = {"source": source, "output": made, "target": target}
            pictures |= {f"{i}_{what}": image for what, image in parts.items()}
    means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    return {"count": len(rows), **rounded(means)}, pictures


def of_image(name, factor, target, made, gray):
    target, made = floats(target)[None], floats(made)[None]
    if factor == 1:
        return of_pairs(name, target, made)
    lpips = numbers(metric("lpips").score(None, made, target=target))
    if gray:
        # A gray image is compared as it is, and not as its luma in 16 ... 235.
        target, made = target[..., :1], made.mean(axis=-1, keepdims=True)
    protocol = {"channel": "y", "crop": factor}
    psnr = kgan.metrics.PSNR(**protocol).score(None, made, target=target)
    ssim = kgan.metrics.SSIM(**protocol).score(None, made, target=target)
    return {**numbers(psnr), **numbers(ssim), **lpips}


def whole_images(path, factor):
    """uint8 images [height, width, 1 or 3], cut to multiples of the factor."""
    files = open_files(path)
    for name, header in scan(files, skip_corrupt=False).items():
        channels = 1 if header.channels == 1 else 3
        pixels = read_pixels(files.open(name), channels, name)
        height, width = (side // factor * factor for side in pixels.shape[:2])
        yield pixels[:height, :width]


# Some read weights, which many images share.
metric = functools.cache(kgan.metrics.get)


def floats(images):
    return np.asarray(to_float(images))


def uint8(images):
    return np.asarray(to_uint8(images))


def numbers(values):
    return rounded({key: float(value.value) for key, value in values.items()})


def rounded(values):
    return {key: round(value, 4) for key, value in values.items()}


# What is there without learning: name -> ways.


def nothing(experiment, sets):
    """The source itself."""
    return {"translate": Way(lambda x: x), "translate_back": Way(lambda x: x)}


def bicubic(experiment, sets):
    def enlarge(images):
        height, width = (side * experiment.factor for side in images.shape[1:3])
        return degradations.resize(images, (height, width)).numpy()

    return {"translate": Way(enlarge)}


def gray(experiment, sets):
    return {"translate": Way(lambda x: np.repeat(x, 3, axis=-1))}


def mean_color(experiment, sets):
    """One color for all pixels, the mean a* and b* of the training images."""
    path = str(sets / experiment.data.data)
    data = dataclasses.replace(experiment.data, data=path, flip=False)
    source = data.open()
    # Batches of equal sizes, so that the mean of their means is that of all.
    size = math.gcd(source.size, 100)
    crops = source.batches(size, shuffle=False, augment=False)
    ab = np.mean([np.mean(rgb_to_lab(x), axis=(0, 1, 2))[1:] for _, x in crops], axis=0)

    def color(images):
        lab = np.array(rgb_to_lab(floats(np.repeat(images, 3, axis=-1))))
        lab[..., 1:] = ab
        return uint8(np.asarray(lab_to_rgb(lab)))

    return {"translate": Way(color)}


BASELINES = {
    "emoji": {"nothing": nothing},
    "yosemite": {"nothing": nothing},
    "color_cifar": {"gray": gray, "mean": mean_color},
    "color_bsd": {"gray": gray, "mean": mean_color},
    "sr4": {"bicubic": bicubic},
    "sr2": {"bicubic": bicubic},
}


if __name__ == "__main__":
    main()
