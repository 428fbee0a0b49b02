import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import MinibatchDiscrimination


def test_against_numpy():
    x = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    layer = MinibatchDiscrimination(features=3, dims=2, group=3, seed=0)
    y = layer(x).numpy()
    np.testing.assert_array_equal(y[:, :4], x)
    matrices = (x @ layer.kernel.numpy()).reshape(6, 3, 2)
    for i in range(6):
        group = matrices[3 * (i // 3) : 3 * (i // 3) + 3]
        distances = np.abs(matrices[i] - group).sum(axis=-1)
        np.testing.assert_allclose(y[i, 4:], np.exp(-distances).sum(axis=0), 1e-5)


def test_groups_of_consecutive_rows_are_alone():
    """So a replica with whole groups computes what one device does."""
    x = np.random.default_rng(0).normal(size=(8, 5)).astype("float32")
    layer = MinibatchDiscrimination(features=3, group=2, seed=0)
    layer(x)
    parts = [layer(part).numpy() for part in np.split(x, 2)]
    np.testing.assert_allclose(layer(x), np.concatenate(parts), rtol=1e-5)


def test_bfloat16():
    layer = MinibatchDiscrimination(features=3, group=2, dtype="mixed_bfloat16")
    y = layer(np.ones((2, 5), "float32"))
    assert y.dtype == "bfloat16"
    np.testing.assert_array_equal(tf.cast(y, "float32")[:, 5:], 2.0)


def test_bad_input():
    with pytest.raises(ValueError, match="features >= 1"):
        MinibatchDiscrimination(features=0)
    with pytest.raises(ValueError, match="divisible by 16"):
        MinibatchDiscrimination()(np.zeros((8, 3)))
