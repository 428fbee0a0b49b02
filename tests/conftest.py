"""Two logical CPUs for all tests, so that strategies are tested everywhere."""

import gc
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import pytest
import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 2,
)

# Each call of an operation and of a layer is wrapped to shorten tracebacks.
keras.config.disable_traceback_filtering()
tf.debugging.disable_traceback_filtering()

# What the imports made stays: without this, each full collection looks at all of
# TensorFlow, and tests late in a process take many times as long.
gc.freeze()
gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True, scope="module")
def collected():
    """What a module leaves is collected here, and what stays is looked at no more.

    TensorFlow keeps the graphs of steps: after some hundred models, a full collection
    takes half a minute, in whatever test it falls.
    """
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def float32_policy():
    """Each test starts with Keras' default precision."""
    keras.config.set_dtype_policy("float32")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture
def digits():
    """64 small images with something to learn: uint8 [64, 28, 28, 1]."""
    rng = np.random.default_rng(0)
    images = np.zeros((64, 28, 28, 1), "uint8")
    for image in images:
        top, left = rng.integers(4, 16, size=2)
        image[top : top + 8, left : left + 8] = 255
    return images


@pytest.fixture(scope="session")
def prepared_mnist(tmp_path_factory):
    """A prepared TFDS set of 60 training and 40 test images; the first pixel counts."""
    import tensorflow_datasets as tfds

    directory = str(tmp_path_factory.mktemp("tfds"))
    features = tfds.features.FeaturesDict(
        {"image": tfds.features.Image(shape=(28, 28, 1))}
    )
    splits = []
    for split, count, first in (("train", 60, 0), ("test", 40, 100)):
        template = tfds.core.ShardedFileTemplate(
            dataset_name="tiny",
            data_dir=directory,
            split=split,
            filetype_suffix="tfrecord",
        )
        path = str(template.sharded_filepath(shard_index=0, num_shards=1))
        rng = np.random.default_rng(first)
        with tf.io.TFRecordWriter(path) as writer:
            for i in range(count):
                image = rng.integers(0, 256, (28, 28, 1), dtype="uint8")
                image[0, 0, 0] = first + i
                writer.write(features.serialize_example({"image": image}))
        splits.append(
            tfds.core.SplitInfo(
                name=split,
                shard_lengths=[count],
                num_bytes=0,
                filename_template=template,
            )
        )
    tfds.folder_dataset.write_metadata(
        data_dir=directory,
        features=features,
        split_infos=splits,
        description="Noise.",
        version="1.0.0",
    )
    return directory
