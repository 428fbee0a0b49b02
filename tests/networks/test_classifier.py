import keras
import numpy as np
import pytest

from kgan.networks import classifier


@pytest.mark.parametrize(
    ("shape", "last"),
    [
        ((28, 28, 1), (7, 7, 64)),
        ((32, 32, 3), (8, 8, 64)),
        ((128, 128, 1), (8, 8, 64)),
        ((65, 20, 3), (5, 2, 64)),
        ((2, 2, 1), (1, 1, 64)),
    ],
)
def test_shapes(shape, last):
    network = classifier(shape, classes=3, seed=0)
    assert network.input_shape == (None, *shape)
    assert network.output_shape == (None, 3)
    assert network.get_layer("flatten").input.shape[1:] == last


def test_a_seed_fixes_the_weights_and_no_policy_the_type():
    keras.config.set_dtype_policy("mixed_bfloat16")
    one, same, other = (classifier(seed=seed) for seed in (0, 0, 1))
    images = np.ones((2, 28, 28, 1), "float32")
    answers = [np.asarray(network(images)) for network in (one, same, other)]
    assert answers[0].dtype == np.float32
    np.testing.assert_array_equal(answers[0], answers[1])
    assert np.abs(answers[0] - answers[2]).max() > 1e-3


def test_a_shape_that_is_no_image():
    for shape in ((28, 28), (1, 9, 1), (None, None, 3)):
        with pytest.raises(ValueError, match=r"of at least 2x2 pixels.*Received"):
            classifier(shape)
