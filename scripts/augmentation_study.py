"""The study of data augmentation: how much generated images help a classifier.

    python scripts/augmentation_study.py mnist fashion
    python scripts/augmentation_study.py tiles --tiles magnetic_tiles_128.npz
    python scripts/augmentation_study.py mnist --counts 5 --seeds 0
    python scripts/draw_augmentation.py                   # tables and figures

The settings are kgan/recipes/augmentation_study.py. A cell, COUNT_SEED.json in
results/augmentation/EXPERIMENT, has the accuracies of all settings: their GANs and
real images are the same. A cell that is there is left alone, so the study continues
where it was interrupted. For two cores, start two processes with seeds of their own.
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
from kgan.metrics.classic_augment import ClassicAugment
from kgan.metrics.classifier import train_classifier
from kgan.recipes.augmentation_study import (
    CONFIDENCE,
    DRAWN,
    EXPERIMENTS,
    OTHERS,
    PER_CLASS,
    SEEDS,
    SETTINGS,
    TESTED,
)
from kgan.system.files import atomic_file

RESULTS = Path(__file__).parents[1] / "results" / "augmentation"
# Numbers of pictures of different tiles are further apart, see `tiles_of`.
GAP = 300


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="+", choices=EXPERIMENTS)
    parser.add_argument("--counts", nargs="+", type=int)
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--data-dir", help="where TFDS sets are")
    parser.add_argument("--tiles", help="magnetic_tiles_128.npz, for tiles")
    options = parser.parse_args()
    for name in options.experiments:
        experiment = opened_by(EXPERIMENTS[name], options)
        # All counts once, before the next seed: the curves are complete early.
        for seed in options.seeds:
            for count in options.counts or experiment.counts:
                path = options.results / name / f"{count}_{seed}.json"
                if not path.exists():
                    run(experiment, count, seed, path)


def opened_by(experiment, options):
    """The experiment, with its data where the options say that they are."""
    changes = {"data_dir": options.data_dir}
    if experiment is EXPERIMENTS["tiles"]:
        if not options.tiles:
            raise SystemExit("Expected --tiles PATH of magnetic_tiles_128.npz.")
        changes["data"] = options.tiles
    data = dataclasses.replace(experiment.data, **changes)
    return dataclasses.replace(experiment, data=data)


def run(experiment, count, seed, path):
    """One cell: all settings with `count` real labelled images per class."""
    start = time.process_time()
    cell = Cell(experiment, count, seed)
    accuracies, seconds = {}, {}
    for name, setting in SETTINGS.items():
        before = time.process_time()
        accuracies[name] = round(cell.accuracy(setting), 4)
        seconds[name] = round(time.process_time() - before, 1)
    result = {
        "count": count,
        "seed": seed,
        "accuracy": accuracies,
        **cell.notes,
        "cpu_seconds": {**seconds, "all_settings": round(time.process_time() - start)},
    }
    with atomic_file(path) as partial:
        partial.write_text(json.dumps(result, indent=1) + "\n")
    if seed == SEEDS[0]:
        np.savez_compressed(path.with_suffix(".npz"), **cell.pictures)
    print(path.parent.name, path.stem, accuracies, result["cpu_seconds"], flush=True)


class Cell:
    """The real images of a cell, and what is made of them once for all settings."""

    def __init__(self, experiment, count, seed):
        self.experiment, self.seed = experiment, seed
        train, test = split(experiment.data, seed)
        rows = few_rows(train.labels, count, seed)
        self.few, self.classes = train.part(rows), train.classes
        others = train.part(np.setdiff1d(np.arange(train.size), rows))
        self.others, self.test = some(others, OTHERS, seed), some(test, TESTED, seed)
        self.notes, self.pictures, self._samples = {}, {}, {}

    def accuracy(self, setting):
        """Balanced test accuracy of the classifier that learns by a setting."""
        if setting == SETTINGS["classic"]:
            return self.test_accuracy(self.labeller)
        return self.test_accuracy(self.classifier(self.learned_by(setting), setting))

    def classifier(self, images, setting):
        keras.backend.clear_session()
        return train_classifier(
            images.images,
            images.labels,
            self.classes,
            self.experiment.steps,
            self.seed,
            ClassicAugment(**self.experiment.classic) if setting.classic else None,
        )

    def test_accuracy(self, classifier):
        right = classifier.predict(self.test.images).argmax(1) == self.test.labels
        return balanced_mean(right, self.test.labels)

    def learned_by(self, setting):
        """Real labelled images; half and half with others, if there are others."""
        if setting.pseudo:
            return mixed(self.few, self.pseudo_labelled)
        if setting.generator is None:
            return self.few
        if setting.generator not in self._samples:
            self._samples[setting.generator] = self.sampled(setting.generator)
        images, sure = self._samples[setting.generator]
        if setting.filtered:
            return mixed(self.few, kept(images, sure))
        return mixed(self.few, first(images))

    @functools.cached_property
    def labeller(self):
        """The best classifier that the few labels give without a GAN."""
        return self.classifier(self.few, SETTINGS["classic"])

    @functools.cached_property
    def pseudo_labelled(self):
        """The other real images with the labels that the labeller gives them."""
        labels = self.labeller.predict(self.others.images).argmax(1)
        right = labels == self.others.labels
        self.notes["pseudo_labels_right"] = round(float(np.mean(right)), 4)
        return dataclasses.replace(self.others, labels=labels.astype("int32"))

    def sampled(self, generator):
        """Samples of a GAN, and the probability of their class.

        Returns:
            (`Labelled` of DRAWN images per class on average, [n]).
        """
        if generator == "all":
            images, seconds = samples_of_all(self.experiment, self.seed)
            labels = self.labeller.predict(images).argmax(1).astype("int32")
            images = Labelled(images, labels, self.classes)
        else:
            images, seconds = samples_of_few(self.experiment, self.few, self.seed)
        sure = self.labeller.probabilities(images.images)
        sure = sure[np.arange(images.size), images.labels]
        self.notes[f"{generator}_gan_cpu_seconds"] = seconds
        self.notes[f"{generator}_agreeing"] = round(np.mean(sure >= CONFIDENCE), 4)
        self.pictures[generator] = shown(images)
        return images, sure


# The experiments of a process differ in their titles, whatever their data are.
_SAMPLES = {}


def samples_of_all(experiment, seed):
    """uint8 samples of a GAN of all training images, trained once for all counts.

    Returns:
        (images [n, height, width, channels], CPU seconds of the training).
    """
    key = experiment.title, seed
    if key not in _SAMPLES:
        start = time.process_time()
        train, _ = split(experiment.data, seed)
        model = trained(experiment.gans["all"], train.images, None, train.classes, seed)
        images = drawn(model, DRAWN * train.classes, seed)
        # One at a time, so that memory does not grow.
        _SAMPLES.clear()
        _SAMPLES[key] = images, round(time.process_time() - start)
    return _SAMPLES[key]


def samples_of_few(experiment, few, seed):
    """`Labelled` samples of a GAN of few images, and CPU seconds of the training."""
    start = time.process_time()
    recipe, _ = experiment.gans["few"]
    # At least some batches, with as many images of each class.
    per_class = max(few.largest_class, 4 * recipe.training.batch_size)
    few = resized(few, per_class)
    model = trained(experiment.gans["few"], few.images, few.labels, few.classes, seed)
    labels = np.repeat(np.arange(few.classes), DRAWN).astype("int32")
    images = drawn(model, len(labels), seed, labels=labels)
    seconds = round(time.process_time() - start)
    return Labelled(images, labels, few.classes), seconds


def trained(gan, images, labels, classes, seed):
    """A model of a recipe, trained on images for the number of images in `gan`."""
    recipe, seen = gan
    keras.backend.clear_session()
    training = dataclasses.replace(recipe.training, seed=seed)
    known = None if labels is None else classes
    source = kgan.data.ArraySource(images, labels, num_classes=known)
    model = dataclasses.replace(recipe, training=training).build(source)
    each = training.steps_per_execution
    steps = seen // training.batch_size // each * each
    batches = source.batches(training.batch_size, seed=seed).repeat()
    model.fit(batches, epochs=1, steps_per_epoch=steps, verbose=0)
    return model


def drawn(model, count, seed, **given):
    """uint8 samples of a model."""
    images = model.generate(count, seed=seed, **given)
    if not np.isfinite(images).all():
        raise SystemExit(f"The GAN of seed {seed} diverged.")
    return kgan.spaces.to_uint8(images)


@dataclasses.dataclass(frozen=True, eq=False)
class Labelled:
    """uint8 images [n, height, width, channels] and their labels, int32 [n]."""

    images: np.ndarray
    labels: np.ndarray
    classes: int

    @property
    def size(self):
        return len(self.labels)

    @property
    def largest_class(self):
        return int(np.bincount(self.labels).max())

    def part(self, rows):
        return Labelled(self.images[rows], self.labels[rows], self.classes)


def rows_by_class(images):
    return [np.flatnonzero(images.labels == c) for c in range(images.classes)]


def resized(images, per_class):
    """As many images of each class, repeated or cut; none of a class without any."""
    rows = [np.resize(r, per_class) for r in filter(len, rows_by_class(images))]
    return images.part(np.concatenate(rows))


def mixed(few, others):
    """As many of the few as of the others, and as many of each class, as one set."""
    per_class = max(others.largest_class, few.largest_class)
    few, others = resized(few, per_class), resized(others, per_class)
    return Labelled(
        np.concatenate([few.images, others.images]),
        np.concatenate([few.labels, others.labels]),
        few.classes,
    )


def first(images):
    """The first PER_CLASS images of each class."""
    rows = [rows[:PER_CLASS] for rows in rows_by_class(images)]
    return images.part(np.concatenate(rows))


def shown(images):
    """Eight images of each class, black where there are fewer."""
    pictures = np.zeros((images.classes, 8, *images.images.shape[1:]), "uint8")
    for row, rows in zip(pictures, rows_by_class(images), strict=True):
        row[: len(rows[:8])] = images.images[rows[:8]]
    return pictures.reshape(-1, *pictures.shape[2:])


def kept(images, sure):
    """At most PER_CLASS images of each class that the classifier is sure of.

    Of a class without such images, it is the surest one, if there are images of it.
    """
    rows = []
    for of_class in filter(len, rows_by_class(images)):
        surest = of_class[np.argmax(sure[of_class])][None]
        agreeing = of_class[sure[of_class] >= CONFIDENCE][:PER_CLASS]
        rows.append(agreeing if len(agreeing) else surest)
    return images.part(np.concatenate(rows))


def some(images, count, seed):
    """At most `count` images, drawn by a seed."""
    rng = np.random.default_rng([seed, 3])
    return images.part(np.sort(rng.permutation(images.size)[:count]))


def balanced_mean(right, labels):
    """The mean over classes of the share that is right."""
    return float(np.mean([np.mean(right[labels == c]) for c in np.unique(labels)]))


def few_rows(labels, count, seed):
    """`count` images of each class; those of a smaller count are among them."""
    rng = np.random.default_rng([seed, 5])
    classes = range(labels.max() + 1)
    rows = [rng.permutation(np.flatnonzero(labels == c))[:count] for c in classes]
    return np.sort(np.concatenate(rows))


def split(data, seed):
    """(Training images, test images) as `Labelled`; of tiles, by a seed."""
    if not data.data.endswith(".npz"):
        return read(data), read(data, "test")
    images = read(data)
    with np.load(data.data) as file:
        tiles = tiles_of(file["names"])
    train = rows_of_tiles(images.labels, tiles, seed)
    return images.part(np.flatnonzero(train)), images.part(np.flatnonzero(~train))


@functools.cache
def read(data, split=None):
    """All images of a split, in the order of the set."""
    source = data.open(split)
    (batch,) = source.batches(source.size, shuffle=False).take(1)
    images, labels = (np.asarray(part) for part in batch)
    return Labelled(kgan.spaces.to_uint8(images), labels, source.num_classes)


def tiles_of(names):
    """The tile of each picture, integers [n]: "exp3_num_853" is picture 853.

    A tile was photographed several times, one picture after the other.
    """
    numbers = np.array([int(name.rpartition("_")[2]) for name in names])
    order = np.argsort(numbers, kind="stable")
    tiles = np.empty(len(names), int)
    tiles[order] = np.concatenate([[0], np.cumsum(np.diff(numbers[order]) > GAP)])
    return tiles


def rows_of_tiles(labels, tiles, seed):
    """Which pictures are for training: bool [n]. No tile is on both sides.

    Of each class, from the rarest on, tiles are for training until they have 60 % of
    its pictures.
    """
    rng = np.random.default_rng([seed, 7])
    counts = np.bincount(labels)
    side = np.full(tiles.max() + 1, -1)
    for label in np.argsort(counts, kind="stable"):
        of_class = labels == label
        for tile in rng.permutation(np.unique(tiles[of_class])):
            if side[tile] < 0:
                trained = np.sum(of_class & (side[tiles] == 1))
                side[tile] = trained < 0.6 * counts[label]
    return side[tiles] == 1


if __name__ == "__main__":
    main()
