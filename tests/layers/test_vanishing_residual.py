import keras
import numpy as np
import pytest

from kgan.layers import VanishingResidual
from tests.game_test_case import two_replicas


def test_carry_falls_to_0_and_stays():
    residual = VanishingResidual(steps=4)
    x, y = np.full((1, 3), 2.0, "float32"), np.full((1, 3), -2.0, "float32")
    for carry in (1.0, 0.75, 0.5, 0.25, 0.0, 0.0):
        np.testing.assert_allclose(residual([x, y]), carry * x + (1 - carry) * y)
        residual.before_update()


def test_saved_and_loaded():
    residual = VanishingResidual(steps=5, name="residual")
    assert VanishingResidual.from_config(residual.get_config()).steps == 5
    x = keras.Input((2,))
    network = keras.Model(x, residual([x, keras.layers.Dense(2)(x)]))
    assert [w.name for w in network.non_trainable_weights] == ["carry"]


def test_replicas_have_one_carry():
    strategy = two_replicas()
    with strategy.scope():
        residual = VanishingResidual(steps=4)
    strategy.run(residual.before_update)
    values = strategy.experimental_local_results(residual.carry.value)
    assert [float(value) for value in values] == [0.75, 0.75]


def test_bad_input():
    with pytest.raises(ValueError, match="steps >= 1"):
        VanishingResidual(0)
    with pytest.raises(ValueError, match="one shape"):
        VanishingResidual()([np.zeros((1, 2)), np.zeros((1, 3))])
