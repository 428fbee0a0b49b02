import numpy as np
import pytest

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


def test_bad_input():
    with pytest.raises(ValueError, match="features >= 1"):
        MinibatchDiscrimination(features=0)
    with pytest.raises(ValueError, match="divisible by 16"):
        MinibatchDiscrimination()(np.zeros((8, 3)))
