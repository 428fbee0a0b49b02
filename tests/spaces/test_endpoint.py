import numpy as np
import pytest
import tensorflow as tf

from kgan.spaces import Endpoint, Graphs, Images, Labels, Latents, Points, Scalar
from kgan.spaces.endpoint import BLOCK


def doubled(images):
    return {"images": tf.clip_by_value(2.0 * images, -1.0, 1.0)}


def test_any_height_and_width():
    space = Images((None, None, 1))
    endpoint = Endpoint(doubled, {"images": space}, {"images": space})
    for shape in ((2, 5, 7, 1), (1, 8, 3, 1)):
        x = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
        answer = endpoint(images=x)["images"]
        np.testing.assert_allclose(answer, np.clip(2 * x, -1, 1), rtol=1e-6)
        # uint8 images are taken as they are in files.
        black = endpoint(images=np.zeros(shape, "uint8"))["images"]
        np.testing.assert_array_equal(black, -np.ones(shape, "float32"))


def test_blocks():
    sizes = []

    def count(images):
        sizes.append(images)
        return {"images": images}

    small, large = Images((2, 2, 1)), Images((512, 512, 1))
    for space, rows in ((small, BLOCK), (large, 2**24 // 512**2)):
        endpoint = Endpoint(count, {"images": space}, {"images": space})
        inputs = {"images": tf.zeros((1, *space.shape))}
        assert int(endpoint.block_rows(inputs)) == rows


def test_inputs_that_do_not_fit():
    takes = {"latents": Latents(2), "labels": Labels(3)}
    endpoint = Endpoint(
        lambda latents, labels: {"latents": latents}, takes, {"latents": Latents(2)}
    )
    z = np.zeros((2, 2), "float32")
    with pytest.raises(ValueError, match=r"one length.*'latents': 2, 'labels': 3"):
        endpoint(latents=z, labels=[0, 1, 2])
    with pytest.raises(ValueError, match=r"Expected labels. Received: none"):
        endpoint(latents=z)
    with pytest.raises(ValueError, match=r"latents \[batch, 2\]"):
        endpoint(latents=np.zeros((2, 3), "float32"), labels=[0, 1])
    assert endpoint.drawn == ["latents"]
    assert endpoint.given == ["labels"]


def test_two_latents_are_two_draws():
    takes = {"z": Latents(2), "w": Latents(2)}
    endpoint = Endpoint(lambda z, w: {"z": z, "w": w}, takes, takes)
    drawn = endpoint.sample(3, seed=5)
    assert np.abs(drawn["z"] - drawn["w"]).min() > 0
    np.testing.assert_array_equal(drawn["z"], Latents(2).sample(3, 5))


def test_names_and_rows():
    space = {"images": Images((1, 1, 1))}
    for name in ("my image", "seed", "num_samples"):
        with pytest.raises(ValueError, match=f"identifiers.*Received: '{name}'"):
            Endpoint(doubled, {name: Images((1, 1, 1))}, space)
    first = Endpoint(lambda images: {"images": images[:1]}, space, space)
    with pytest.raises(ValueError, match=r"one answer 'images' per example, 3.*: 1"):
        first(images=np.zeros((3, 1, 1, 1), "float32"))
    with pytest.raises(ValueError, match="at least one example"):
        first(images=np.zeros((0, 1, 1, 1), "float32"))


def test_sides_of_a_multiple():
    space = Images((None, None, 1), multiple=8)
    assert space.request(2).shape == (2, 24, 24, 1)
    assert Images((None, None, 1), multiple=32).request(1).shape == (1, 32, 32, 1)
    ends = {"images": space}, {"images": space}
    endpoint = Endpoint(doubled, *ends)
    with pytest.raises(ValueError, match=r"divisible by 8. Received: 8, 12"):
        endpoint(images=np.zeros((1, 8, 12, 1), "float32"))


def test_an_endpoint_that_takes_graphs():
    space = Graphs(3, 3, 2)
    takes = {"graphs": space}
    endpoint = Endpoint(
        lambda graphs: {"score": tf.reduce_sum(graphs["nodes"][..., 1], axis=-1)},
        takes,
        {"score": Scalar()},
    )
    public = {"edges": np.zeros((2, 3, 3), "uint8"), "nodes": np.array([[1, 1, 0]] * 2)}
    for form in (public, space.from_public(public)):
        np.testing.assert_array_equal(endpoint(graphs=form)["score"], [2.0, 2.0])


@pytest.mark.parametrize("way", ["call", "sample"])
def test_inputs_are_checked_once(way):
    checked = []

    class Watched(Labels):
        def check(self, batch, assertions=True):
            checked.append(len(batch))
            super().check(batch, assertions)

    takes = {"latents": Latents(2), "labels": Watched(3)}
    endpoint = Endpoint(
        lambda latents, labels: {"latents": latents}, takes, {"latents": Latents(2)}
    )
    if way == "sample":
        endpoint.sample(seed=1, labels=[0, 1])
    else:
        endpoint(latents=np.zeros((2, 2), "float32"), labels=[0, 1])
    assert checked == [2]


def scaled():
    psi = Scalar("psi", default=1.0, least=0.0, usual=(0.0, 1.0))
    return Endpoint(
        lambda latents, psi: {"points": latents * psi[:, None]},
        {"latents": Latents(2), "psi": psi},
        {"points": Points(2)},
    )


def test_an_argument_with_a_default():
    endpoint = scaled()
    assert (endpoint.given, endpoint.optional) == ([], ["psi"])
    assert endpoint.seed_alone
    z = np.asarray(Latents(2).sample(3, 5))
    for psi, by_hand in (({}, 1.0), ({"psi": 0.5}, 0.5), ({"psi": [0.5]}, 0.5)):
        made = endpoint.sample(3, seed=5, **psi)["points"]
        np.testing.assert_allclose(made, by_hand * z, rtol=1e-6)
    each = endpoint(latents=z, psi=[0.0, 0.5, 1.0])["points"]
    np.testing.assert_allclose(each, [[0.0], [0.5], [1.0]] * z, rtol=1e-6)
    # In a graph, as a network would.
    np.testing.assert_array_equal(endpoint.answer(latents=z)["points"], z)


def test_an_argument_with_a_default_that_does_not_fit(caplog):
    endpoint = scaled()
    with pytest.raises(ValueError, match=r"'latents': 3, 'psi': 2"):
        endpoint.sample(3, seed=5, psi=[0.5, 0.5])
    with pytest.raises(ValueError, match=r"psi: Expected psi, at least 0.*: -1"):
        endpoint.sample(3, seed=5, psi=-1.0)
    assert not caplog.records
    endpoint.sample(3, seed=5, psi=2.0)
    assert "psi is usually from 0 to 1. Received: from 2 to 2" in caplog.text
    with pytest.raises(ValueError, match="least <= "):
        Scalar("psi", default=2.0, usual=(0.0, 1.0))
