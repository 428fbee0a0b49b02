import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.data.degradations import resize
from kgan.networks import srresnet
from tests.game_test_case import run_game_test


def build(**kwargs):
    small = {"factor": 2, "width": 2, "blocks": 1}
    return kgan.SRResNet((6, 8, 1), **{**small, **kwargs}, seed=0)


def test_srresnet(tmp_path):
    run_game_test(build, tmp_path, eagerly=True)


def test_parameters_by_hand():
    """The paper's generator without its 33 batch normalizations of 4 x 64."""
    network = srresnet()
    conv = lambda i, o, k: k * k * i * o + o  # noqa: E731
    blocks = 16 * (2 * conv(64, 64, 3) + 64) + conv(64, 64, 3)
    ups = 2 * (conv(64, 256, 3) + 64)
    ends = conv(3, 64, 9) + 64 + conv(64, 3, 9)
    assert network.count_params() == ends + blocks + ups


def test_it_begins_as_bicubic():
    model = build(width=8, blocks=3)
    last = model.generator.get_layer("to_image")
    last.kernel.assign(keras.ops.zeros_like(last.kernel))
    images = np.random.default_rng(0).uniform(-1, 1, (2, 5, 9, 1)).astype("float32")
    expected = np.clip(resize(images, (10, 18)), -1, 1)
    np.testing.assert_allclose(model.translate(images), expected, atol=1e-5)


def test_distances_by_hand():
    batch = kgan.models.srresnet.Enlarged(
        tf.constant([0.5, -0.5]), tf.constant([0.0, 0.1])
    )
    l1, l2 = (build(distance=name).generator_loss(batch) for name in ("l1", "l2"))
    assert float(l1["l1"]) == pytest.approx((0.5 + 0.6) / 2)
    assert float(l2["l2"]) == pytest.approx((0.25 + 0.36) / 2)


@pytest.mark.parametrize(("factor", "ups"), [(2, 1), (3, 1), (4, 2), (8, 3)])
def test_factors(factor, ups):
    network = srresnet((None, None, 3), factor, width=2, blocks=0)
    assert network(np.zeros((1, 4, 5, 3))).shape == (1, 4 * factor, 5 * factor, 3)
    assert sum(x.name.endswith("_shuffle") for x in network.layers) == ups


def test_the_shapes_say_the_factor():
    assert kgan.SRResNet((8, 8, 3), (24, 24, 3), width=2, blocks=0).factor == 3
    assert build(factor=4).spaces[1].shape == (24, 32, 1)
    for shapes, factor in (
        (((8, 8, 3), (20, 20, 3)), None),
        (((8, 8, 3), (16, 16, 1)), None),
        (((8, 8, 3), (16, 16, 3)), 4),
    ):
        with pytest.raises(ValueError, match="a whole number of times as large"):
            kgan.SRResNet(*shapes, factor=factor)
    with pytest.raises(ValueError, match=r"2, 3, 4, 8.*factor=6"):
        build(factor=6)
    with pytest.raises(ValueError, match="'l1' or 'l2'"):
        build(distance="ssim")
