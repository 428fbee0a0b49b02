"""The study of anomaly detection: scores, thresholds and maps of each method.

    python scripts/anomaly_study.py mnist fashion
    python scripts/anomaly_study.py tiles --tiles magnetic_tiles_128.npz
    python scripts/anomaly_study.py mnist --normals 0 --methods vae fanogan
    python scripts/draw_anomaly.py                # tables of all cells that are there

The settings are kgan/recipes/anomaly_study.py. A cell, NORMAL_METHOD_SEED.json in
results/anomaly/EXPERIMENT, has the AUROC of a method, its threshold and what that
catches. A cell that is there is left alone, so the study continues where it was
interrupted; methods of one GAN train it once per process. For two cores, start two
processes with normal classes of their own.

Of tiles, seed 0 also writes .npz: test images, maps and masks, for the figures.
"""

import argparse
import dataclasses
import functools
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

import kgan
from kgan.metrics import auroc, calibrate, distances
from kgan.recipes.anomaly_study import EXPERIMENTS, FALSE_ALARMS, SEEDS
from kgan.runs.starting import copy_networks
from kgan.system.files import atomic_file

RESULTS = Path(__file__).parents[1] / "results" / "anomaly"
# Images whose time is measured.
TIMED = 64


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT")
    parser.add_argument("--normals", nargs="+", help="as in the names of cells")
    parser.add_argument("--methods", nargs="+")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--data-dir", help="where TFDS sets are")
    parser.add_argument("--tiles", help="magnetic_tiles_128.npz, for tiles")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="of training, in trials"
    )
    options = parser.parse_args()
    for name in options.experiments:
        experiment = opened_by(EXPERIMENTS[name], options)
        for seed in options.seeds:
            for normal in experiment.normals:
                if not options.normals or "+".join(normal) in options.normals:
                    cells(name, experiment, normal, seed, options)


def opened_by(experiment, options):
    """The experiment, with its data where the options say that they are."""
    changes = {"data_dir": options.data_dir}
    if experiment is EXPERIMENTS["tiles"]:
        if not options.tiles:
            raise SystemExit("Expected --tiles PATH of magnetic_tiles_128.npz.")
        changes["data"] = options.tiles
    data = dataclasses.replace(experiment.data, **changes)
    return dataclasses.replace(experiment, data=data)


def cells(name, experiment, normal, seed, options):
    """All methods for one choice of what is normal."""
    reals = None
    models = {}
    for key, method in experiment.methods.items():
        stem = f"{'+'.join(normal)}_{key}_{seed}"
        path = options.results / name / f"{stem}.json"
        if path.exists() or key not in (options.methods or [key]):
            continue
        reals = reals or Reals(experiment, normal, seed)
        result, pictures = run(method, reals, seed, models, options.scale)
        result = {"normal": list(normal), "method": key, "seed": seed, **result}
        path.parent.mkdir(parents=True, exist_ok=True)
        if pictures and seed == SEEDS[0]:
            np.savez_compressed(path.with_suffix(".npz"), **pictures)
        with atomic_file(path) as partial:
            partial.write_text(json.dumps(result, indent=1) + "\n")
        shown = {k: result[k] for k in ("auroc", "caught", "false_alarms", "seconds")}
        print(name, stem, shown, flush=True)


def run(method, reals, seed, models, scale):
    """(What is written of a cell, arrays for pictures)."""
    start = time.process_time()
    rows = reals.tested(method.tested, seed)
    images = reals.test.images[rows]
    if method.stages:
        model = trained(method.stages, reals.train, seed, models, scale)
        seconds = time.process_time() - start
        endpoint = model.endpoint("score")
        held_out = endpoint(images=reals.held_out)["scores"]
        answers = endpoint(images=images)
        scores, maps = answers["scores"], answers["maps"]
        # A second time, because the first question builds the graph.
        before = time.perf_counter(), time.process_time()
        endpoint(images=images[:TIMED])
        after = time.perf_counter(), time.process_time()
        wall, cpu = (b - a for a, b in zip(before, after, strict=True))
        timed = min(TIMED, len(images))
        speed = {"ms": 1e3 * wall / timed, "cpu_ms": 1e3 * cpu / timed}
    else:
        held_out = nearest(reals.train, reals.held_out)
        seconds = time.process_time() - start
        before = time.process_time()
        scores, maps = nearest(reals.train, images), None
        speed = {"cpu_ms": 1e3 * (time.process_time() - before) / len(images)}
    found = calibrate(held_out, FALSE_ALARMS)
    result = measured(scores, reals.test.kinds[rows], reals.names, found)
    result |= {
        "test_images": len(rows),
        "threshold": found._asdict() | {"shares": found.shares},
        "seconds": round(seconds, 1),
        "per_image": {k: round(v, 3) for k, v in speed.items()},
    }
    if maps is None:
        return result, None
    # A small defect changes the mean over pixels little, and the hottest pixel much.
    kinds, hottest = reals.test.kinds[rows], maps.max(axis=(1, 2))
    area, _ = auroc(hottest[kinds > 0], hottest[kinds == 0])
    result["auroc_of_hottest"] = round(area, 4)
    if reals.test.masks is None:
        return result, None
    masks = reals.test.masks[rows]
    large = tf.image.resize(maps[..., None], masks.shape[1:3])[..., 0].numpy()
    area, _ = auroc(large[masks], large[~masks])
    result["pixel_auroc"] = round(area, 4)
    pictures = {"images": images, "maps": maps.astype("float16"), "masks": masks}
    return result, {**pictures, "kinds": kinds, "scores": scores}


def measured(scores, kinds, names, found):
    """AUROC and what the threshold catches, of all anomalies and by kind.

    Args:
        scores: [n].
        kinds: [n], 0 for normal, else the kind of anomaly.
        names: kind -> what it is called.
        found: the `Threshold`.
    """
    normal, strange = scores[kinds == 0], scores[kinds > 0]
    area, error = auroc(strange, normal)
    by_kind = {}
    for kind in np.unique(kinds[kinds > 0]):
        those = scores[kinds == kind]
        by_kind[names[kind]] = {
            "images": len(those),
            "auroc": round(auroc(those, normal)[0], 4),
            "caught": round(float(np.mean(those > found.value)), 4),
        }
    return {
        "auroc": round(area, 4),
        "auroc_error": round(error, 4),
        "false_alarms": round(float(np.mean(normal > found.value)), 4),
        "caught": round(float(np.mean(strange > found.value)), 4),
        "by_kind": by_kind,
    }


def trained(stages, images, seed, models, scale):
    """The last model of some stages; those that were trained before are in `models`."""
    model = None
    for i, stage in enumerate(stages):
        key = repr(stages[: i + 1])
        if key not in models:
            models[key] = one_trained(stage, images, seed, model, scale)
        model = models[key]
    return model


def one_trained(stage, images, seed, before, scale):
    recipe = stage.recipe
    training = dataclasses.replace(recipe.training, seed=seed)
    source = kgan.data.ArraySource(images)
    model = dataclasses.replace(recipe, training=training).build(source)
    if before is not None:
        copy_networks(model, before, "the stage before")
    rows, each = recipe.examples_a_step, training.steps_per_execution
    steps = round(stage.seen * scale) // rows // each * each
    if steps:
        batches = source.batches(rows, seed=seed).repeat()
        model.fit(batches, epochs=1, steps_per_epoch=steps, verbose=0)
    return model


def nearest(train, images):
    """The mean squared difference to the nearest training image, [n]."""
    flat, others = (x.reshape(len(x), -1) for x in (images, train))
    return distances.nearest(flat, others) ** 2 / flat.shape[1]


@dataclasses.dataclass(frozen=True, eq=False)
class Test:
    """uint8 images, their kinds (0 for normal) and, of tiles, masks of the defects."""

    images: np.ndarray
    kinds: np.ndarray
    masks: np.ndarray | None = None


class Reals:
    """The images of an experiment: to learn from, for the threshold, and for tests."""

    def __init__(self, experiment, normal, seed):
        images, labels, classes = read(experiment.data)
        masks = None
        if experiment.test is None:
            with np.load(experiment.data.data) as file:
                in_test, masks = file["split"] == 1, all_masks(file)
            test = images[in_test], labels[in_test]
            images, labels, masks = images[~in_test], labels[~in_test], masks[in_test]
        else:
            test = read(experiment.data, experiment.test)[:2]
        is_normal = [classes.number_of(name) for name in normal]
        kinds = np.where(np.isin(test[1], is_normal), 0, test[1] + 1)
        names = classes.names or map(str, range(classes.classes))
        self.names = ["normal", *names]
        self.test = Test(test[0], kinds, masks)
        rng = np.random.default_rng([seed, 11])
        rows = rng.permutation(np.flatnonzero(np.isin(labels, is_normal)))
        held = round(len(rows) * experiment.held_out)
        self.held_out, self.train = images[rows[:held]], images[rows[held:]]

    def tested(self, count, seed):
        """The rows of the test images, in the order of the set.

        Of fewer than all, as many normal ones as anomalous ones, where there are.
        """
        kinds = self.test.kinds
        if count is None or count >= len(kinds):
            return np.arange(len(kinds))
        rng = np.random.default_rng([seed, 13])
        halves = [np.flatnonzero(kinds == 0), np.flatnonzero(kinds > 0)]
        halves = [rng.permutation(half)[: count // 2] for half in halves]
        return np.sort(np.concatenate(halves))


@functools.cache
def read(data, split=None):
    """(uint8 images, labels, their `kgan.spaces.Labels`) of a split, in its order."""
    source = dataclasses.replace(data, labels=True).open(split)
    (batch,) = source.batches(source.size, shuffle=False).take(1)
    images, labels = (np.asarray(part) for part in batch)
    return kgan.spaces.to_uint8(images), labels, source.spaces[1]


def all_masks(file):
    """Bool [n, 128, 128], of images without a mask all False."""
    packed = np.unpackbits(file["defect_masks"], axis=-1).astype(bool)
    masks = np.zeros((len(file["labels"]), *packed.shape[1:]), bool)
    masks[file["labels"] > 0] = packed
    return masks


if __name__ == "__main__":
    main()
