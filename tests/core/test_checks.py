import keras
import numpy as np
import pytest

import kgan
from kgan.core.checks import check_networks
from tests.games import nets
from tests.games.conditional import Conditional


def data(labels, **kwargs):
    images = np.zeros((len(labels), *nets.IMAGE), "uint8")
    source = kgan.data.ArraySource(images, np.array(labels), **kwargs)
    return source.batches(4)


@pytest.fixture
def model():
    made = Conditional(classes=3, seed=0)
    # XLA checks no values.
    made.compile("sgd", "sgd", jit_compile=True)
    return made


def test_more_classes_than_the_model_has(model):
    fits, too_many = data([0, 0, 1, 1]), data([0, 0, 3, 3])
    with pytest.raises(ValueError, match=r"from 0 to 2, .*array with 4 classes"):
        model.fit(too_many)
    with pytest.raises(ValueError, match=r"Make the model with classes=4"):
        model.fit(fits, validation_data=too_many)
    assert model.steps.numpy() == 0


def test_parts_that_do_not_fit():
    """G and D of graphs, where D takes nodes of another number of types."""

    def network(types):
        parts = {"edges": keras.Input((2, 2), name="edges")}
        parts["nodes"] = keras.Input((2, types), name="nodes")
        flat = [keras.layers.Flatten()(x) for x in parts.values()]
        logits = keras.layers.Dense(1)(keras.layers.Concatenate()(flat))
        return keras.Model(parts, logits)

    z = keras.Input((4,))
    made = {name: keras.layers.Reshape((2, 2))(z) for name in ("edges", "nodes")}
    generator = keras.Model(z, made)
    check_networks(generator, network(2), direct=True)
    message = r"output edges \[batch, 2, 2\], nodes \[batch, 2, 2\], .*\[batch, 2, 5\]"
    with pytest.raises(ValueError, match=message):
        check_networks(generator, network(5), direct=True)


def test_a_class_with_one_example(model):
    single = data([0, 0, 2, 1, 1, 0], class_names=["cat", "dog", "owl"])
    with pytest.raises(ValueError, match=r"of one example: owl. Add .*out labels"):
        model.fit(single, verbose=0)
    with pytest.raises(ValueError, match=r"1 classes of one example: 1\."):
        model.fit(data([0, 0, 1, 0]), verbose=0)
    assert model.steps.numpy() == 0


def test_fewer_examples_than_classes(model):
    names = ["cat", "dog", "owl"]
    images = np.zeros((2, *nets.IMAGE), "uint8")
    few = kgan.data.ArraySource(images, np.array([0, 1]), class_names=names).batches(2)
    with pytest.raises(ValueError, match=r"2 examples, which is fewer than its 3 cla"):
        model.fit(few, verbose=0)
    assert model.steps.numpy() == 0


def test_one_example_is_enough_for_validation(model):
    # A class without examples is none to learn; it is not refused.
    model.compile("sgd", "sgd")
    train, single = data([0, 0, 2, 2]), data([0, 1, 1, 1])
    assert model.fit(train, validation_data=single, verbose=0).history["val_d_loss"]


def test_labels_of_an_array_out_of_range():
    with pytest.raises(ValueError, match=r"from 0 to 2. Received: -1 to 2 in array"):
        data([0, -1, 2, 0])
    with pytest.raises(ValueError, match=r"from 0 to 1. Received: 0 to 2"):
        data([0, 1, 2, 0], num_classes=2)
