import numpy as np
import pytest

from kgan import networks

SHAPE = (4, 3, 1)


def kernels(network):
    return [w.shape for w in network.weights if len(w.shape) == 2]


def test_shapes():
    encoder = networks.mlp_encoder(SHAPE, 4, hidden=(6, 5), seed=0)
    decoder = networks.mlp_decoder(SHAPE, 2, hidden=(5, 6), seed=0)
    assert kernels(encoder) == [(12, 6), (6, 5), (5, 4)]
    assert kernels(decoder) == [(2, 5), (5, 6), (6, 12)]
    assert decoder.output_shape == (None, *SHAPE)


def test_forward_pass_by_hand():
    """Appendix C.1 without the sigmoid: W2 tanh(W1 z + b1) + b2."""
    decoder = networks.mlp_decoder(SHAPE, 2, hidden=(5,), seed=0)
    z = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")
    w1, b1, w2, b2 = decoder.get_weights()
    expected = (np.tanh(z @ w1 + b1) @ w2 + b2).reshape(3, *SHAPE)
    np.testing.assert_allclose(decoder(z), expected, rtol=1e-5, atol=1e-6)


def test_seed():
    a, b, c = (networks.mlp_encoder(SHAPE, 4, (3,), seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(a.weights[0], b.weights[0])
    assert np.abs(a.weights[0].numpy() - c.weights[0].numpy()).max() > 0.01


def test_the_encoder_and_the_decoder_of_dcgans_shape():
    encoder = networks.dcgan_encoder((16, 16, 1), 6, width=2, seed=0)
    assert encoder.output_shape == (None, 6)
    decoder = networks.dcgan_generator((16, 16, 1), 3, width=2, output="linear")
    # Far from z = 0 it leaves the range of tanh.
    z = 1e4 * np.ones((1, 3), "float32")
    assert np.abs(decoder(z)).max() > 1.0


def test_bad_sizes():
    with pytest.raises(ValueError, match="outputs >= 1"):
        networks.mlp_encoder(SHAPE, 0)
    with pytest.raises(ValueError, match="each of hidden >= 1"):
        networks.mlp_decoder(SHAPE, 2, hidden=(3, 0))
    with pytest.raises(ValueError, match="nearest that works"):
        networks.dcgan_encoder((30, 30, 1), 4)
