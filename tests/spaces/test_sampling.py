"""Which endpoint makes the examples of a model."""

import kgan
from kgan.spaces import Images, Labels, Latents, Points
from kgan.spaces.interpolation import first_of
from kgan.spaces.sampling import sampling

IMAGE, LATENTS = Images((4, 4, 1)), Latents(2)


def endpoint(gives, **takes):
    return kgan.Endpoint(lambda **inputs: inputs, takes, {"answer": gives})


def test_examples_come_before_codes():
    endpoints = {
        "reconstruct": endpoint(IMAGE, images=IMAGE),
        "map": endpoint(Points(3), z=LATENTS),
        "generate": endpoint(IMAGE, z=LATENTS),
    }
    assert sampling(endpoints) == "generate"
    assert first_of(endpoints) is endpoints["generate"]
    assert sampling(endpoints, (Images,)) == "reconstruct"
    assert sampling(endpoints, (Labels,)) is None
    # Without examples, the first one; of a wanted kind.
    del endpoints["generate"]
    assert sampling(endpoints) == "map"
    assert sampling(endpoints, makes=(Images,)) is None
    assert sampling({}) is None


def test_beside_labels():
    endpoints = {"generate": endpoint(IMAGE, z=LATENTS, labels=Labels(3))}
    assert sampling(endpoints) is None
    assert sampling(endpoints, (Labels,)) == "generate"
