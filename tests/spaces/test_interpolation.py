import numpy as np
import pytest

import kgan
from kgan.spaces import Endpoint, Images, Labels, Latents, Scalar, interpolation
from kgan.spaces.images import tile
from tests.games.conditional import Conditional
from tests.games.translation import Translation


def identity(latents):
    return {"points": latents}


def endpoint(prior="normal"):
    space = Latents(3, prior)
    return Endpoint(identity, {"latents": space}, {"points": space})


def drawn(seed, prior="normal"):
    return np.asarray(Latents(3, prior).sample(1, seed))[0].astype("float64")


def test_a_straight_line():
    start, end = drawn(4), drawn(-5)
    t = np.linspace(0, 1, 5)[:, None]
    given = interpolation.interpolate(endpoint(), 4, -5, 5, "linear")["points"]
    np.testing.assert_allclose(given, (1 - t) * start + t * end, atol=1e-6)


def test_a_great_circle():
    start, end = drawn(4), drawn(5)
    cosine = start @ end / np.linalg.norm(start) / np.linalg.norm(end)
    omega = np.arccos(cosine)
    t = np.linspace(0, 1, 6)[:, None]
    circle = np.sin((1 - t) * omega) * start + np.sin(t * omega) * end
    given = interpolation.interpolate(endpoint(), 4, 5, 6, "spherical")["points"]
    np.testing.assert_allclose(given, circle / np.sin(omega), atol=1e-5)


@pytest.mark.parametrize(
    ("prior", "path"), [("normal", "spherical"), ("uniform", "linear")]
)
def test_the_path_of_the_prior(prior, path):
    asked = endpoint(prior)
    own = interpolation.interpolate(asked, 1, 2)["points"]
    named = interpolation.interpolate(asked, 1, 2, 8, path)["points"]
    np.testing.assert_array_equal(own, named)
    other = {"linear": "spherical", "spherical": "linear"}[path]
    apart = own - interpolation.interpolate(asked, 1, 2, 8, other)["points"]
    assert np.abs(apart).max() > 1e-3


def test_the_first_endpoint_of_latents_alone_is_asked():
    labelled = Endpoint(
        lambda latents, labels: {"points": latents},
        {"latents": Latents(3), "labels": Labels(2)},
        {"points": Latents(3)},
    )
    first, second = endpoint(), endpoint()
    endpoints = {"labelled": labelled, "first": first, "second": second}
    assert interpolation.first_of(endpoints) is first
    assert interpolation.first_of({"labelled": labelled}) is labelled
    mixed = Endpoint(
        lambda **inputs: {"points": inputs["latents"]},
        {**labelled.takes, "labels_to": Labels(2), "share": Scalar()},
        labelled.gives,
    )
    assert interpolation.first_of({"mixed": mixed}) is None
    with pytest.raises(ValueError, match=r"or with labels.*takes latents, labels, "):
        interpolation.interpolate(mixed, 1, 2)
    with pytest.raises(ValueError, match=r"or with labels.*Received: Translation with"):
        Translation(seed=0).interpolate(1, 2)


def test_labels_stand_beside_the_latents():
    model = Conditional(seed=0)
    ends = [model.generate(seed=seed, labels=[2]) for seed in (4, 5)]
    images = model.interpolate(4, 5, 3, labels=2)
    np.testing.assert_allclose(images[[0, 2]], np.concatenate(ends), atol=1e-6)
    same = model.interpolate(4, 5, 3, labels=[2, 2, 2])
    np.testing.assert_array_equal(images, same)
    changing = model.interpolate(4, 5, 3, labels=[0, 1, 2])
    np.testing.assert_array_equal(changing[2], images[2])
    assert np.abs(changing[0] - images[0]).max() > 1e-3
    for given, message in (
        ({}, "labels beside the seeds: label of 3 classes, one for all 3 steps"),
        ({"labels": 3}, "labels from 0 to 2"),
        ({"labels": [0, 1]}, "one length"),
        ({"classes": 1, "labels": 1}, "Received: 'classes' too"),
    ):
        with pytest.raises(ValueError, match=message):
            model.interpolate(4, 5, 3, **given)


def test_the_endpoint_between_classes():
    takes = {"latents": Latents(3), "labels": Labels(2)}
    image = {"images": Images((2, 2, 1))}
    between = {**takes, "labels_to": Labels(2), "share": Scalar()}
    endpoints = {
        "generate": Endpoint(lambda **inputs: inputs, takes, image),
        "codes": Endpoint(lambda **inputs: inputs, between, {"code": Latents(3)}),
        "mix": Endpoint(lambda **inputs: inputs, between, image),
    }
    assert interpolation.mixing(endpoints) == "mix"
    del endpoints["mix"]
    assert interpolation.mixing(endpoints) is None


def test_bad_numbers():
    with pytest.raises(ValueError, match=r"integer of 32 bits.*seed=4294967296"):
        interpolation.interpolate(endpoint(), 2**32, 1)
    for steps in (1, 2.5):
        with pytest.raises(ValueError, match=f"steps >= 2.*steps={steps}"):
            interpolation.interpolate(endpoint(), 1, 2, steps)
    with pytest.raises(ValueError, match=r"prior, linear, spherical.*path='cubic'"):
        interpolation.interpolate(endpoint(), 1, 2, path="cubic")


def test_a_model_gives_one_array():
    model = kgan.VanillaGAN((2,), 3, generator_hidden=(4,), output="linear")
    asked = interpolation.interpolate(model.endpoint("generate"), 1, 2, 4, "linear")
    np.testing.assert_array_equal(model.interpolate(1, 2, 4, "linear"), asked["images"])


def test_the_picture():
    asked = []

    def ask(*interpolation):
        asked.append(interpolation)
        return np.full((interpolation[2], 1, 1, 1), len(asked), "uint8")

    picture = interpolation.interpolation_picture(ask, rows=2, steps=3, seed=7)
    assert [path for *_, path in asked] == ["linear"] * 2 + ["spherical"] * 2
    # Both halves have the same pairs, and no two pairs a seed in common.
    assert asked[0][:2] == asked[2][:2]
    assert len({seed for row in asked[:2] for seed in row[:2]}) == 4
    numbers = np.repeat(np.uint8([1, 2, 3, 4]), 3)[:, None, None, None]
    np.testing.assert_array_equal(picture[:, :11], tile(numbers[:6], 3))
    np.testing.assert_array_equal(picture[:, -11:], tile(numbers[6:], 3))


def test_a_picture_of_classes():
    def ask(start, end, steps, path, labels):
        return np.full((steps, 1, 1, 1), 10 * labels + (path == "spherical"), "uint8")

    given = [{"labels": 3}, {"labels": 7}]
    picture = interpolation.interpolation_picture(ask, 2, 2, given=given)
    # Two pairs with two rows each, margins of two pixels.
    assert picture[2::3, 2, 0].tolist() == [30, 70, 30, 70]
    assert picture[2::3, -3, 0].tolist() == [31, 71, 31, 71]


def test_what_gives_images():
    images = Endpoint(
        lambda latents: {"images": latents},
        {"latents": Latents(3)},
        {"images": Images((2, 2, 1))},
    )
    assert interpolation.gives_images(images)
    assert not interpolation.gives_images(endpoint())
