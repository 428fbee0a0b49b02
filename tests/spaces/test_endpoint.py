import numpy as np
import pytest
import tensorflow as tf

from kgan.spaces import Endpoint, Images, Labels, Latents
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
