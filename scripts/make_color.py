"""Makes the weights of `kgan.metrics.extractors.Color`: one net for three color sets.

    python scripts/make_color.py FOLDER [--steps 4000]

FOLDER has the sets as .npz files: cifar10/cifar10_jpeg.npz, eurosat64/eurosat64.npz and
emoji/emoji_base.npz. Trains on their training images, ten classes each, and writes the
weights as float16 with a section of the README that states the accuracy on the test
images. An epoch has 490 steps, which take about 150 seconds of one CPU core.
"""

import argparse
import io
import itertools
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from make_lenet import accuracy, npz, write_section
from PIL import Image

from kgan.metrics.extractors.color import CLASSES, SETS, SIZE, WEIGHTS
from kgan.metrics.extractors.extractor import as_channels
from kgan.metrics.extractors.stored_weights import load_arrays
from kgan.networks.resnet8 import resnet8
from kgan.spaces import to_float
from kgan.system.files import atomic_file

BATCH = 128
# Steps per line of the log.
ROUND = 50
SHIFT = 3
SMOOTHING = 0.1
# How often an epoch has each set: the two smaller ones have 3,000 images each.
REPEATS = {"cifar10": 1, "eurosat": 2, "emoji": 2}
README = """\
# color

The weights of `kgan.metrics.extractors.Color`, float16, {parameters:,} numbers. Made by
`scripts/make_color.py` from the training images of three sets, seed 0,
{steps:,} steps of {batch} images.

Accuracy of the stored weights on test images that the network did not learn from:

| set | test images | among all 30 classes | among the set's 10 |
|---|---|---|---|
{rows}

sha256 of color.npz: `{digest}`

Learned from:

- CIFAR-10: Alex Krizhevsky, "Learning multiple layers of features from tiny images",
  2009. Its authors state no licence; it is in use for research, with this citation.
  The images were JPEG files of quality 75.
- EuroSAT, RGB, 3,000 images: Patrick Helber et al., arXiv 1709.00029, MIT licence;
  contains modified Copernicus Sentinel data.
- Emoji in two styles, on white: Twemoji, Copyright Twitter, Inc and other contributors,
  CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/); Noto Emoji, Google, Apache
  2.0. The classes are the categories of emoji-datasource (Cal Henderson, MIT licence).

No image of these sets is in the package. The weights are under the licence of kgan.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    arguments = parser.parse_args()
    keras.utils.set_random_seed(0)
    sets = read_sets(arguments.folder)
    images = np.concatenate([np.tile(x, (REPEATS[k], 1, 1, 1)) for k, (x, *_) in sets])
    labels = np.concatenate([np.tile(y, REPEATS[k]) for k, (_, y, *_) in sets])
    network = resnet8(len(CLASSES), dropout=0.1, seed=0)
    fit(network, images, labels, arguments.steps)
    halves = {w.path: w.numpy().astype("float16") for w in network.weights}
    with atomic_file(WEIGHTS) as partial:
        partial.write_bytes(npz(halves))
    stored = resnet8(len(CLASSES))
    digest = load_arrays(stored, WEIGHTS)
    rows = []
    for name, (_, _, x, y) in sets:
        every, own = accuracy(stored, x, y)
        rows.append(f"| {name} | {len(x):,} | {every:.2%} | {own:.2%} |")
    report = README.format(
        parameters=stored.count_params(),
        steps=arguments.steps,
        batch=BATCH,
        digest=digest,
        rows="\n".join(rows),
    )
    write_section(report)
    print(report)


def read_sets(folder):
    """Pairs (name, [training images, classes, test images, classes]), uint8 images."""
    parts = {
        "cifar10": jpegs(folder / "cifar10" / "cifar10_jpeg.npz"),
        "eurosat": jpegs(folder / "eurosat64" / "eurosat64.npz"),
        "emoji": emoji(folder / "emoji" / "emoji_base.npz"),
    }
    for name, part in parts.items():
        part[1::2] = [y.astype("int32") + first_class(name) for y in part[1::2]]
    return list(parts.items())


def first_class(name):
    return CLASSES.index(SETS[name][0])


def jpegs(path):
    """The two splits of a set whose JPEG files stand one after another."""
    part = []
    with np.load(path) as arrays:
        for split in ("train", "test"):
            content = arrays[f"{split}_jpeg"].tobytes()
            offsets = arrays[f"{split}_offsets"]
            bounds = itertools.pairwise(offsets)
            images = [
                np.asarray(Image.open(io.BytesIO(content[a:b]))) for a, b in bounds
            ]
            part += [small(np.stack(images)), arrays[f"{split}_labels"]]
    return part


def emoji(path):
    """Both styles of all code points."""
    part = []
    with np.load(path) as arrays:
        for split in (0, 1):
            rows = arrays["split"] == split
            images = [arrays[key][rows] for key in ("images_a", "images_b")]
            classes = np.tile(arrays["category"][rows], 2)
            part += [small(np.concatenate(images)), classes]
    return part


def small(images):
    """RGB images of SIZE, uint8, resized as the extractor resizes."""
    resized = []
    for i in range(0, len(images), 1000):
        x = as_channels(to_float(tf.constant(images[i : i + 1000])), 3)
        x = tf.image.resize(x, (SIZE, SIZE), antialias=True)
        resized.append(np.rint((x.numpy() + 1.0) * 127.5).clip(0, 255).astype("uint8"))
    return np.concatenate(resized)


def fit(network, images, labels, steps):
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    classifier = keras.Model(network.inputs, network.output["logits"])
    classifier.compile(
        keras.optimizers.AdamW(rate, weight_decay=0.05),
        keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=SMOOTHING
        ),
        metrics=["accuracy"],
        jit_compile=False,
    )
    data = tf.data.Dataset.range(len(images)).shuffle(len(images), seed=0)
    data = data.repeat().batch(BATCH)
    images, labels = tf.constant(images), tf.constant(labels)

    def batch(indices):
        x = tf.cast(tf.gather(images, indices), tf.float32) / 127.5 - 1.0
        x = tf.pad(x, [[0, 0], [SHIFT] * 2, [SHIFT] * 2, [0, 0]], "REFLECT")
        # The batch moves by up to SHIFT pixels; each image is mirrored by chance.
        x = tf.image.random_crop(x, [BATCH, SIZE, SIZE, 3])
        x = tf.image.random_flip_left_right(x)
        return x, tf.one_hot(tf.gather(labels, indices), len(CLASSES))

    classifier.fit(
        data.map(batch).prefetch(2),
        epochs=steps // ROUND,
        steps_per_epoch=ROUND,
        shuffle=False,
        verbose=2,
    )


if __name__ == "__main__":
    main()
