import numpy as np
import pytest
import tensorflow as tf

from kgan.spaces import Latents, Layers, Seeds, Styles


def test_seeds_stand_for_their_first_example():
    latents = Latents(3)
    made = Seeds().first_of(latents, np.array([7, -2, 7], "int32")).numpy()
    expected = [np.asarray(latents.sample(1, seed))[0] for seed in (7, -2, 7)]
    np.testing.assert_array_equal(made, expected)
    # The key of an endpoint's first argument is (seed, 0).
    np.testing.assert_array_equal(made[:1], latents.sample(1, (7, 0)))


def test_layers():
    layers = Layers(4)
    layers.check_known(tf.constant([0, 3]))
    for bad, received in (([0, 4], "0 to 4"), ([-1], "-1")):
        with pytest.raises(ValueError, match=f"from 0 to 3. Received: {received}"):
            layers.check_known(tf.constant(bad))
    with pytest.raises(tf.errors.InvalidArgumentError, match="layers from 0 to 3"):
        layers.check_values(tf.constant([4]))
    with pytest.raises(ValueError, match="whole numbers"):
        layers.check_known(layers.from_public(np.array([0.5], "float32")))
    assert layers.request(5).tolist() == [0, 1, 2, 3, 0]
    assert Layers.from_config(layers.get_config()) == layers


def test_styles():
    styles = Styles(3)
    styles.check_known(tf.zeros([2, 3]))
    with pytest.raises(ValueError, match="finite styles"):
        styles.check_known(tf.constant([[np.nan, 0.0, 0.0]]))
    with pytest.raises(ValueError, match=r"\[batch, 3\]"):
        styles.check_known(tf.zeros([2, 4]))
    assert not styles.drawn and styles.picture({}) is None
