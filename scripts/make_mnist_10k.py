"""Makes the embedded set: 10,000 MNIST training digits, 1,000 a class, as a TFDS set.

    TFDS_DATA_DIR=... python scripts/make_mnist_10k.py

The first 1,000 of each class, in the order of the source, with their PNG files as the
source has them. MNIST is by Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
"""

import shutil
from pathlib import Path

import tensorflow_datasets as tfds

PER_CLASS = 1000
TARGET = Path(__file__).parents[1] / "kgan" / "data" / "mnist_10k"
NOTICE = """\
# mnist_10k

10,000 of the 60,000 training digits of MNIST, the first 1,000 of each class in the
order of tensorflow-datasets' `mnist` 3.0.1, in tensorflow-datasets' own format. Made by
`scripts/make_mnist_10k.py`.

MNIST: Yann LeCun, Corinna Cortes and Christopher J. C. Burges, "The MNIST database of
handwritten digits", licence CC BY-SA 3.0
(https://creativecommons.org/licenses/by-sa/3.0/). This subset is under the same
licence. """


def main():
    builder = tfds.builder("mnist")
    counts = [0] * 10

    def chosen():
        raw = builder.as_dataset(
            split="train", decoders={"image": tfds.decode.SkipDecoding()}
        )
        for i, example in enumerate(raw.as_numpy_iterator()):
            label = int(example["label"])
            if counts[label] < PER_CLASS:
                counts[label] += 1
                yield f"{i:05d}", {"image": example["image"], "label": label}

    write(builder.info.features, dict(chosen()).values())
    assert counts == [PER_CLASS] * 10, counts


def write(features, examples):
    """Writes one split, train, in one file."""
    if TARGET.exists():
        shutil.rmtree(TARGET)
    version = TARGET / "1.0.0"
    version.mkdir(parents=True)
    (TARGET / "README.md").write_text(NOTICE)
    import tensorflow as tf

    name = f"mnist_10k-train.{'tfrecord'}-00000-of-00001"
    size = 0
    with tf.io.TFRecordWriter(str(version / name)) as writer:
        for example in examples:
            record = tf.train.Example()
            record.features.feature["image"].bytes_list.value.append(example["image"])
            record.features.feature["label"].int64_list.value.append(example["label"])
            payload = record.SerializeToString(deterministic=True)
            size += len(payload)
            writer.write(payload)
    tfds.folder_dataset.write_metadata(
        data_dir=str(version),
        features=features,
        split_infos=[
            tfds.core.SplitInfo(
                name="train",
                shard_lengths=[10 * PER_CLASS],
                num_bytes=size,
                filename_template=tfds.core.ShardedFileTemplate(
                    dataset_name="mnist_10k",
                    data_dir=str(version),
                    split="train",
                    filetype_suffix="tfrecord",
                ),
            )
        ],
        description="10,000 MNIST training digits, 1,000 a class.",
        homepage="http://yann.lecun.com/exdb/mnist/",
        citation="LeCun, Cortes, Burges: The MNIST database of handwritten digits.",
        version="1.0.0",
    )


if __name__ == "__main__":
    main()
