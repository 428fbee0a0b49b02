import keras
import numpy as np

from kgan.layers import Dropout
from tests.game_test_case import two_replicas


def test_rate_and_scale():
    layer = Dropout(0.2, seed=0)
    y = np.asarray(layer(np.ones((100, 200), "float32"), training=True))
    assert set(np.unique(y)) == {0.0, np.float32(1.25)}
    assert abs((y == 0).mean() - 0.2) < 0.01
    again = np.asarray(layer(np.ones((100, 200), "float32"), training=True))
    assert (y != again).any()


def test_inference_and_zero_rate():
    x = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(Dropout(0.5)(x), x)
    np.testing.assert_array_equal(Dropout(0.0)(x, training=True), x)


def test_mask_does_not_depend_on_replicas():
    x = np.ones((8, 5), "float32")
    one = Dropout(0.5, seed=3)(x, training=True)
    strategy = two_replicas()
    with strategy.scope():
        layer = Dropout(0.5, seed=3)

    def part(_):
        return layer(np.ones((4, 5), "float32"), training=True)

    parts = strategy.experimental_local_results(strategy.run(part, args=(0,)))
    np.testing.assert_array_equal(np.concatenate(parts), one)


def test_config_round_trip():
    layer = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(Dropout(0.3, seed=5))
    )
    assert isinstance(layer, Dropout)
    assert (layer.rate, layer.seed) == (0.3, 5)
