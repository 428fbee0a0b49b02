"""Pictures of what models make of source examples and classes."""

import numpy as np
import tensorflow as tf

from kgan.spaces import Endpoint, Images, Labels, Latents, Scalar
from kgan.spaces.images import tile
from kgan.spaces.picture import pictures_of

SPACE = Images((1, 1, 1))
SPACES = (SPACE, Labels(3))


def brighter(images, labels):
    """Each class adds 20 levels more."""
    levels = 20.0 * tf.cast(labels, "float32") / 127.5
    return {"images": images + levels[:, None, None, None]}


def test_a_column_per_class():
    takes = {"images": SPACE, "labels": Labels(3)}
    asked = Endpoint(brighter, takes, {"images": SPACE})
    dark = np.array([0, 10, 20, 30, 40], "uint8")[:, None, None, None]
    examples = SPACE.from_public(dark), np.zeros(5, "int32")
    picture = pictures_of({"to_class": asked}, SPACES, examples, 8, 0)["to_class"]
    assert list(picture.columns) == ["source", "class 0", "class 1", "class 2"]
    # 8 images are two rows of one source and three classes.
    levels = np.uint8([[0, 0, 20, 40], [10, 10, 30, 50]]).reshape(-1, 1, 1, 1)
    np.testing.assert_array_equal(picture.draw(), tile(levels, 4))
    assert not pictures_of({"to_class": asked}, SPACES, None, 8, 0)


def test_columns_have_the_names_of_classes():
    takes = {"images": SPACE, "labels": Labels(3, ["a", "b", "c"])}
    asked = Endpoint(brighter, takes, {"images": SPACE})
    examples = tf.fill([4, 1, 1, 1], -1.0), np.zeros(4, "int32")
    (picture,) = pictures_of({"to_class": asked}, SPACES, examples, 4, 0).values()
    assert list(picture.columns) == ["source", "0 a", "1 b", "2 c"]


def test_rows_of_samples_have_captions():
    large = Images((20, 20, 1))

    def generate(latents, labels):
        return {"images": tf.zeros([tf.shape(labels)[0], 20, 20, 1])}

    takes = {"latents": Latents(2), "labels": Labels(3, ["a", "b", "c"])}
    asked = Endpoint(generate, takes, {"images": large})
    (picture,) = pictures_of({"generate": asked}, (large,), None, 6, 0).values()
    assert picture.captions == ("0 a", "1 b", "2 c")
    bare = picture._replace(captions=()).draw()
    drawn = picture.draw()
    assert bare.shape == (3 * 22 + 2, 2 * 22 + 2, 1)
    np.testing.assert_array_equal(drawn[:, -bare.shape[1] :], bare)
    assert drawn[:, : -bare.shape[1]].min() < 100


def test_what_lies_between_classes_is_no_picture_of_images():
    takes = {
        "latents": Latents(2),
        "labels": Labels(3),
        "labels_to": Labels(3),
        "share": Scalar(),
    }
    asked = Endpoint(lambda **inputs: inputs, takes, {"images": SPACE})
    examples = tf.zeros([4, 1, 1, 1]), np.zeros(4, "int32")
    assert not pictures_of({"mix": asked}, SPACES, examples, 8, 0)


def test_many_classes_show_ten():
    takes = {"images": SPACE, "labels": Labels(1000)}
    asked = Endpoint(brighter, takes, {"images": SPACE})
    examples = tf.fill([4, 1, 1, 1], -1.0), np.zeros(4, "int32")
    (picture,) = pictures_of({"to_class": asked}, SPACES, examples, 4, 0).values()
    assert len(picture.columns) == 11
    assert len(picture.columns["class 9"]) == 1


def test_codes_of_images_are_not_shown_beside_them():
    takes = {"images": SPACE, "labels": Labels(3)}
    code = {"labels": Labels(3)}
    asked = Endpoint(lambda images, labels: {"labels": labels}, takes, code)
    examples = tf.zeros([4, 1, 1, 1]), np.zeros(4, "int32")
    assert not pictures_of({"classify": asked}, SPACES, examples, 4, 0)
