import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import spaces
from kgan.spaces import (
    Graphs,
    Images,
    Labels,
    Latents,
    Molecules,
    Points,
    Scalar,
    infer,
)

SPACES = [
    Images((4, 6, 3)),
    Images((None, None, 1)),
    Points(2),
    Labels(3),
    Latents(5, "uniform"),
    Graphs(4, 3, 2),
    Molecules(5, ["C", "Cl"], aromatic=True),
    Scalar(),
]


@pytest.mark.parametrize("space", SPACES, ids=lambda s: type(s).__name__)
def test_a_request_is_in_its_space(space):
    public = space.request(7)
    inside = space.from_public(public)
    space.check(inside)
    flat = tf.nest.flatten(space.specs(public=True)), tf.nest.flatten(public)
    for spec, part in zip(*flat, strict=True):
        assert part.dtype == spec.dtype
        assert spec.shape.is_compatible_with(part.shape)
    # What leaves the library and comes back is the same.
    again = space.to_public(tf.nest.map_structure(np.asarray, inside))
    tf.nest.map_structure(np.testing.assert_array_equal, again, public)
    in_graph = space.to_public(inside)
    tf.nest.map_structure(np.testing.assert_array_equal, in_graph, public)
    config = keras.saving.serialize_keras_object(space)
    assert keras.saving.deserialize_keras_object(config) == space


@pytest.mark.parametrize(
    ("space", "batch", "error", "message"),
    [
        (Images((4, 4, 1)), np.zeros((2, 4, 5, 1), "float32"), ValueError, "4, 5, 1"),
        (Images((4, 4, 1)), np.zeros((2, 4, 4, 1), "uint8"), ValueError, "uint8"),
        (Points(2), np.zeros((2, 3), "float32"), ValueError, r"points \[batch, 2\]"),
        (Labels(3), np.zeros((2, 1), "int32"), ValueError, r"\[batch, 1\]"),
        (Labels(3), np.zeros(2, "float32"), ValueError, "as int32"),
        (Graphs(2, 2, 2), np.zeros((2, 2), "float32"), ValueError, "edges, nodes"),
        (
            Graphs(2, 2, 2),
            {"edges": np.zeros((1, 2, 2, 2), "float32")},
            ValueError,
            "graph of 2 nodes: a dictionary of edges, nodes. Received: .*of edges",
        ),
        (
            Images((1, 1, 1)),
            np.full((1, 1, 1, 1), 1.5, "float32"),
            tf.errors.InvalidArgumentError,
            r"pixels in \[-1, 1\]",
        ),
        (
            Labels(3),
            np.array([3], "int32"),
            tf.errors.InvalidArgumentError,
            "labels from 0 to 2",
        ),
        (
            Points(1),
            np.array([[np.nan]], "float32"),
            tf.errors.InvalidArgumentError,
            "finite points",
        ),
    ],
)
def test_batches_that_are_not(space, batch, error, message):
    with pytest.raises(error, match=message):
        space.check(tf.nest.map_structure(tf.constant, batch))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Images((4, 4)), r"shape=\(4, 4\)"),
        (lambda: Images((4, 4, None)), "None"),
        (lambda: Images((0, 4, 1)), r"\(0, 4, 1\)"),
        (lambda: Points(0), "d=0"),
        (lambda: Labels(0), "classes=0"),
        (lambda: Latents(0), "latent_dim >= 1"),
        (lambda: Graphs(0, 2, 2), "nodes >= 1"),
        (lambda: spaces.of_shape((2, 3)), "Name the space"),
    ],
)
def test_spaces_that_are_none(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_spaces_of_shapes_and_arrays():
    assert spaces.of_shape((4, 6, 3)) == Images((4, 6, 3))
    assert spaces.of_shape((2,)) == Points(2)
    assert spaces.of_array(np.zeros((3, 4, 6, 3), "uint8")) == Images((4, 6, 3))
    assert Images((4, 6, 3)) != Images((4, 6, 1))
    assert len({Points(2), Points(2), Points(3)}) == 2


@pytest.mark.parametrize(
    "space",
    [
        Graphs(3, 3, 2),
        Images((None, 8, 3), multiple=4),
        Molecules(3, ["C", "Cl"]),
        Labels(2, names=["cat", "dog"]),
        Points(3),
        Scalar("share"),
    ],
)
def test_a_space_of_a_card(space):
    named = json.loads(json.dumps(infer.named(space)))
    again = infer.get(named)
    assert again == space
    assert again.get_config() == space.get_config()
    # What a request does not have, or what a card cannot say.
    assert infer.named(Latents(2)) is None
    with pytest.raises(ValueError, match="Expected a space by name"):
        infer.get({"name": "Latents", "latent_dim": 3})


def test_images_in_words():
    assert Images((8, 12, 3)).describe() == "image 8x12x3"
    space = Images((None, None, 1), multiple=16)
    assert space.describe() == "image anyxanyx1 of sides divisible by 16"


def test_pictures_of_columns():
    """Source, output and target stand beside each other, a row per example."""
    space = Images((2, 2, 1))
    source = np.full((4, 2, 2, 1), -1.0)
    picture = space.picture({"source": source, "output": source + 1, "t": source + 2})
    # Two columns of three images of 2 pixels, margins of 2: round(sqrt(4 / 3)) = 1
    assert picture.shape == (4 * 4 + 2, 3 * 4 + 2, 1)
    assert picture[2, 2] == 0
    assert picture[2, 6] == 128
    assert picture[2, 10] == 255
    # A small source is enlarged to the size of the largest.
    wide = space.picture({"source": source[:, :1, :1], "output": source})
    assert wide.shape[2] == 1


def test_rows_of_labels():
    labels, per_row = Labels(3).rows(7)
    np.testing.assert_array_equal(labels, [0, 0, 1, 1, 2, 2])
    assert per_row == 2
    labels, per_row = Labels(1000).rows(4)
    np.testing.assert_array_equal(labels, [0, 1, 2, 3])
    assert per_row == 1


NAMED = Labels(3, ["Boot", "coat", "2nd"])


def test_names_do_not_make_another_space():
    assert Labels(3) == NAMED
    assert hash(NAMED) == hash(Labels(3, ["a", "b", "c"]))
    assert Labels(2) != NAMED
    config = keras.saving.serialize_keras_object(NAMED)
    assert keras.saving.deserialize_keras_object(config).names == NAMED.names
    # As it was written before there were names.
    assert Labels.from_config({"classes": 3}).names is None
    assert Labels(3).named(["a", "b", "c"]).names == ["a", "b", "c"]
    assert Images((4, 4, 1)).named(["a", "b"]) == Images((4, 4, 1))
    with pytest.raises(ValueError, match=r"each of 3 classes.*2 names, a, b"):
        Labels(3, ["a", "b"])


def test_words_for_labels():
    assert NAMED.describe() == "label of 3 classes (Boot, coat, 2nd)"
    assert Labels(3).describe() == "label of 3 classes"
    many = Labels(12, [f"n{i}" for i in range(12)])
    assert many.describe() == "label of 12 classes (n0, n1, n2, ...)"
    assert many.choices().endswith("n9, ...")
    assert [NAMED.title(1), Labels(3).title(1)] == ["1 coat", "1"]
    # Names that are the numbers say nothing more.
    assert Labels(3, ["0", "1", "2"]).names is None


def test_the_number_of_a_label():
    numbers = [NAMED.number_of(label) for label in ("coat", "COAT", "boot", "2", 1)]
    assert numbers == [1, 1, 0, 2, 1]
    # Where names are numbers of other classes, text is a name.
    other = Labels(3, ["1", "2", "3"])
    assert [other.number_of(label) for label in ("1", "0", 1)] == [0, 0, 1]
    capitals = Labels(3, ["a", "A", "b"])
    assert [capitals.number_of(label) for label in ("a", "A", "B")] == [0, 1, 2]
    expected = r"from 0 to 2, or a name: Boot, coat, 2nd. Received: {}"
    for label, received in ((3, "3"), ("-1", "'-1'"), ("caot", "'caot'.*mean coat")):
        with pytest.raises(ValueError, match=expected.format(received)):
            NAMED.number_of(label)
    with pytest.raises(ValueError, match=r"from 0 to 2. Received: 'coat'"):
        Labels(3).number_of("coat")


def test_names_instead_of_numbers():
    labels = NAMED.from_public(np.array(["coat", "Boot", "1"]))
    assert labels.dtype == tf.int32
    assert labels.numpy().tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="Received: 'hat'"):
        NAMED.from_public(["hat"])
    with pytest.raises(ValueError, match=r"a single label, 2.*\[2\] \* n"):
        NAMED.check_known(tf.constant(2))
    with pytest.raises(ValueError, match=r"2nd\. Received: labels from 0 to 3"):
        NAMED.check_known(tf.constant([0, 3]))


def test_graphs_are_drawn_by_their_types():
    space = Graphs(2, 3, 2)
    graphs = space.from_public(
        {"edges": np.array([[[0, 1], [1, 0]]]), "nodes": np.array([[2, 1]])}
    )
    picture = space.picture({"samples": graphs})
    # Cells of 5 pixels: nodes on the diagonal, edges beside it.
    assert tuple(picture[4, 4]) == (214, 39, 40)
    assert tuple(picture[4, 9]) == (70, 70, 70)


def test_vectors_to_compare():
    # 28 x 28 in boxes of 2 x 2, 40 x 20 in boxes of 3 x 2 without the last row.
    images = np.arange(28 * 28.0).reshape(1, 28, 28, 1)
    vector = Images((28, 28, 1)).vectors(images)
    assert vector.shape == (1, 14 * 14)
    assert vector[0, 0] == (0 + 1 + 28 + 29) / 4
    assert vector[0, 15] == vector[0, 0] + 2 + 56
    oblong, small = Images((40, 20, 3)), Images((16, 16, 1))
    assert oblong.vectors(np.zeros((2, 40, 20, 3))).shape == (2, 13 * 10 * 3)
    assert small.vectors(np.zeros((2, 16, 16, 1))).shape == (2, 256)
    np.testing.assert_array_equal(Points(2).vectors(np.array([[1, 2]])), [[1.0, 2.0]])
    assert Points(5).vectors(np.ones((2, 5), "float32")).dtype == "float64"
