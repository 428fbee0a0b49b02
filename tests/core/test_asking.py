import keras
import numpy as np
import pytest

from kgan.core import asking
from kgan.objectives.penalties import Opinion


def network(labels, outputs=1):
    x = keras.Input((3,), name="images")
    flat = keras.layers.Flatten()(labels) if len(labels.shape) == 1 else labels
    both = keras.layers.Concatenate()([x, keras.ops.cast(flat, "float32")])
    names = ("logits", "classes", "features")[:outputs]
    made = [keras.layers.Dense(1, name=name)(both) for name in names]
    return keras.Model([labels, x], made if outputs > 1 else made[0])


def test_inputs_by_name_in_any_order():
    shares = network(keras.Input((4,), name="labels"))
    assert asking.names_of(shares) == ["labels", "images"]
    assert asking.main_shape(shares) == (3,)
    assert asking.takes(shares, "labels") and asking.takes_shares(shares)
    x, y = np.ones((2, 3), "float32"), np.array([1, 3])
    by_hand = shares([np.eye(4, dtype="float32")[y], x])
    np.testing.assert_allclose(asking.ask(shares, x, False, labels=y), by_hand)
    # What is a mixture already, is passed on.
    half = np.float32([[0.5, 0.5, 0, 0]] * 2)
    asked = asking.ask(shares, x, False, labels=half)
    np.testing.assert_allclose(asked, shares([half, x]))


@pytest.mark.parametrize("named", [False, True])
def test_parts_by_name(named):
    """A dictionary goes to a network of several inputs, labels beside it too."""
    parts = {n: keras.Input((2, 3), name=n) for n in ("nodes", "edges")}
    inputs = {**parts, "labels": keras.Input((4,), name="labels")}
    both = [keras.layers.Flatten()(x) for x in inputs.values()]
    logits = keras.layers.Dense(1)(keras.layers.Concatenate()(both))
    network = keras.Model(inputs if named else list(inputs.values()), logits)
    assert asking.main_shape(network) == {"nodes": (2, 3), "edges": (2, 3)}
    rng = np.random.default_rng(0)
    edges, nodes = rng.normal(size=(2, 5, 2, 3)).astype("float32")
    labels = np.arange(5) % 4
    given = {"edges": edges, "nodes": nodes}
    said = asking.ask(network, given, False, labels=labels)
    flat = [nodes.reshape(5, 6), edges.reshape(5, 6), np.eye(4)[labels]]
    kernel, bias = network.get_weights()
    by_hand = np.concatenate(flat, axis=1) @ kernel + bias
    np.testing.assert_allclose(said, by_hand, rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match=r"Expected nodes, which .*Received: edges\."):
        asking.ask(network, {"edges": edges}, False, labels=labels)


def test_made_shape():
    x = keras.Input((3,))
    y = keras.layers.Dense(2)(x)
    assert asking.made_shape(keras.Model(x, y)) == (2,)
    assert asking.made_shape(keras.Model(x, {"b": x, "a": y})) == {"a": (2,), "b": (3,)}
    assert asking.made_shape(keras.Model(x, [x, y])) is None


def test_labels_as_numbers():
    numbers = network(keras.Input((), dtype="int32", name="labels"))
    assert asking.takes(numbers, "labels") and not asking.takes_shares(numbers)
    x, y = np.ones((2, 3), "float32"), np.array([1, 3], "int32")
    np.testing.assert_allclose(asking.ask(numbers, x, False, labels=y), numbers([y, x]))


def test_missing_labels():
    shares = network(keras.Input((4,), name="labels"))
    with pytest.raises(ValueError, match=r"Expected labels, which .* takes.*: none"):
        asking.ask(shares, np.ones((2, 3), "float32"), False, labels=None)


def test_more_outputs_are_an_opinion():
    several = network(keras.Input((4,), name="labels"), outputs=3)
    said = asking.ask(
        several, np.ones((2, 3), "float32"), False, labels=np.zeros(2, int)
    )
    assert isinstance(said, Opinion)
    assert said.logits.shape == (2, 1) and list(said.more) == ["classes", "features"]


def test_a_network_with_one_input_gets_no_labels():
    plain = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    assert not asking.takes(plain, "labels") and not asking.takes_shares(plain)
    assert asking.ask(plain, np.ones((2, 3)), False, labels=np.zeros(2)).shape == (2, 1)
