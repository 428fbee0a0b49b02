import keras
import numpy as np

from kgan.spaces import GraphNoise

SPACE = GraphNoise(nodes=3, node_types=5, edge_types=4)


def test_parts_by_hand():
    """6 pairs of 4 types, then 3 nodes of 5 types."""
    assert SPACE.shape == (39,)
    parts = SPACE.parts(np.arange(39.0, dtype="float32")[None])
    starts = np.array([[0, 4, 8], [4, 12, 16], [8, 16, 20]])
    np.testing.assert_array_equal(parts["edges"][0], starts[..., None] + np.arange(4))
    np.testing.assert_array_equal(parts["nodes"][0], 24 + np.arange(15).reshape(3, 5))


def test_it_is_gumbel_noise():
    noise = np.asarray(SPACE.sample(2000, seed=1))
    np.testing.assert_allclose(noise.mean(), 0.5772, atol=0.02)
    assert SPACE.drawn and SPACE.describe() == "noise 39"


def test_config():
    config = keras.saving.serialize_keras_object(SPACE)
    assert keras.saving.deserialize_keras_object(config) == SPACE
