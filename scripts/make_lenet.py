"""Makes the weights of `kgan.metrics.extractors.LeNet`: one net for digits and fashion.

    TFDS_DATA_DIR=... python scripts/make_lenet.py

Trains on the 60,000 + 60,000 training images of MNIST and Fashion-MNIST, ten classes
each, and writes the weights as float16 with a README that states the accuracy on their
test images. A few minutes on two CPU cores.
"""

import io
import re

import keras
import numpy as np
import tensorflow as tf

from kgan.data import open_source
from kgan.metrics.extractors.lenet import CLASSES, WEIGHTS
from kgan.metrics.extractors.stored_weights import load_arrays
from kgan.networks.lenet import lenet
from kgan.system.files import atomic_file

EPOCHS = 16
BATCH = 128
SHIFT = 2
README = """\
# lenet

The weights of `kgan.metrics.extractors.LeNet`, float16, {parameters:,} numbers. Made by
`scripts/make_lenet.py` from the training images of MNIST and Fashion-MNIST, seed 0.

Accuracy of the stored weights on the 10,000 test images of each:

| set | among all 20 classes | among the set's 10 |
|---|---|---|
| MNIST | {mnist[0]:.2%} | {mnist[1]:.2%} |
| Fashion-MNIST | {fashion_mnist[0]:.2%} | {fashion_mnist[1]:.2%} |

sha256 of lenet.npz: `{digest}`

Learned from:

- MNIST: Yann LeCun, Corinna Cortes and Christopher J. C. Burges, "The MNIST database of
  handwritten digits", CC BY-SA 3.0 (https://creativecommons.org/licenses/by-sa/3.0/).
- Fashion-MNIST: Han Xiao, Kashif Rasul and Roland Vollgraf, arXiv 1708.07747, MIT
  licence, Copyright (c) 2017 Zalando SE.

The weights are under the licence of kgan.
"""


def main():
    keras.utils.set_random_seed(0)
    sets = {name: arrays(name) for name in ("mnist", "fashion_mnist")}
    images = np.concatenate([train for train, _, _, _ in sets.values()])
    labels = np.concatenate([labels for _, labels, _, _ in sets.values()])
    network = lenet(len(CLASSES), dropout=0.25, seed=0)
    fit(network, images, labels)
    names = [weight.path for weight in network.weights]
    halves = [weight.numpy().astype("float16") for weight in network.weights]
    with atomic_file(WEIGHTS) as partial:
        partial.write_bytes(npz(dict(zip(names, halves, strict=True))))
    stored = lenet(len(CLASSES))
    digest = load_arrays(stored, WEIGHTS)
    report = README.format(
        parameters=stored.count_params(),
        digest=digest,
        **{name: accuracy(stored, *part[2:]) for name, part in sets.items()},
    )
    write_section(report)
    print(report)


def arrays(name):
    """Training and test images, uint8, with their classes among the twenty."""
    first = 10 if name == "fashion_mnist" else 0
    parts = []
    for split in ("train", "test"):
        source = open_source(name, split=split, labels=True)
        parts += [source.examples, source.labels + first]
    return parts


def fit(network, images, labels):
    steps = len(images) // BATCH
    rate = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * steps)
    classifier = keras.Model(network.inputs, network.output["logits"])
    classifier.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    data = tf.data.Dataset.range(len(images)).shuffle(len(images), seed=0)
    data = data.batch(BATCH, drop_remainder=True)
    images, labels = tf.constant(images), tf.constant(labels)

    def batch(indices):
        x = tf.cast(tf.gather(images, indices), tf.float32) / 127.5 - 1.0
        x = tf.pad(x, [[0, 0], [SHIFT] * 2, [SHIFT] * 2, [0, 0]], constant_values=-1.0)
        # The batch moves by up to SHIFT pixels.
        x = tf.image.random_crop(x, [BATCH, 28, 28, 1])
        return x, tf.gather(labels, indices)

    classifier.fit(data.map(batch).prefetch(2), epochs=EPOCHS, shuffle=False, verbose=2)


def npz(arrays):
    """The bytes of an .npz file, the same on each day."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def write_section(report):
    """Writes the part of the README that has the title of the report."""
    path = WEIGHTS.parent / "README.md"
    title = report.splitlines()[0]
    parts = re.split(r"^(?=# )", path.read_text(), flags=re.MULTILINE)
    others = [part.strip() for part in parts if part.split("\n")[0] not in ("", title)]
    path.write_text("\n\n".join(sorted([*others, report.strip()])) + "\n")


def accuracy(network, images, labels):
    """The fractions that are right among all classes, and among those of the set."""
    first = int(labels.min())
    logits = []
    for i in range(0, len(images), 1000):
        x = images[i : i + 1000].astype("float32") / 127.5 - 1.0
        logits.append(network(x, training=False)["logits"].numpy())
    logits = np.concatenate(logits)
    own = logits[:, first : first + 10].argmax(1) + first
    return np.mean(logits.argmax(1) == labels), np.mean(own == labels)


if __name__ == "__main__":
    main()
