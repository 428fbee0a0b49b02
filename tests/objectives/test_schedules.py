import keras
import numpy as np
import pytest

from kgan.objectives import schedules
from kgan.objectives.schedules import Constant, Cosine, Linear, Steps


@pytest.mark.parametrize(
    ("schedule", "images", "number"),
    [
        (Constant(0.5), 10, 0.5),
        (Linear(2.0, 0.0, images=100), 0, 2.0),
        (Linear(2.0, 0.0, images=100), 25, 1.5),
        (Linear(2.0, 0.0, images=100), 1e9, 0.0),
        (Linear(2.0, 0.0, images=100, after=50), 50, 2.0),
        (Linear(2.0, 0.0, images=100, after=50), 100, 1.0),
        (Cosine(1.0, 0.0, images=100), 50, 0.5),
        # 0.99 + (0.9 - 0.99) (1 + cos(pi / 4)) / 2
        (Cosine(0.9, 0.99, images=200), 50, 0.9131802),
        (Cosine(0.9, 0.99, images=200), 300, 0.99),
        (Steps([3.0, 2.0, 1.0], at=[10, 20]), 9, 3.0),
        (Steps([3.0, 2.0, 1.0], at=[10, 20]), 10, 2.0),
        (Steps([3.0, 2.0, 1.0], at=[10, 20]), 25, 1.0),
    ],
)
def test_by_hand(schedule, images, number):
    assert float(schedule(images)) == pytest.approx(number, rel=1e-6)
    config = keras.saving.serialize_keras_object(schedule)
    assert float(schedules.get(config)(images)) == pytest.approx(number, rel=1e-6)


def test_what_a_recipe_writes():
    written = {"name": "linear", "start": 1.0, "end": 0.0, "images": 10}
    assert float(schedules.get(written)(5)) == 0.5
    assert float(schedules.get(3)(5)) == 3.0
    assert schedules.at(0.25, 7) == 0.25
    np.testing.assert_allclose(schedules.at(Linear(0, 1, images=14), 7), 0.5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Linear(1.0, 0.0, images=0), "images > 0.*images=0"),
        (lambda: Linear(np.nan, 0.0, images=1), "start to be finite"),
        (lambda: Cosine(1.0, 0.0, images=1, after=-1), "after=-1"),
        (lambda: Steps([1.0], at=[5]), "one number more than places"),
        (lambda: Steps([1.0, 2.0, 3.0], at=[5, 5]), "places that rise"),
        (lambda: schedules.get("fast"), "identifier='fast'"),
        (lambda: schedules.get({"name": "linear", "from": 1}), "'linear'.*'from'"),
        (lambda: schedules.get(True), "identifier=True"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()
