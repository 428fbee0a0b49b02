"""Two logical CPUs for all tests, so that strategies are tested everywhere."""

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
