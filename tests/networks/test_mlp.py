import numpy as np
import pytest

import kgan
from kgan.networks import maxout_discriminator, mlp_generator


@pytest.mark.parametrize("output", ["sigmoid", "tanh"])
def test_first_samples_have_the_marginals_of_the_data(output):
    mean = np.linspace(-0.9, 0.9, 28 * 28).reshape(28, 28, 1)
    generator = mlp_generator((28, 28, 1), 10, (8,), output, mean=mean, seed=0)
    # G(0): hidden units are 0, only the output bias acts.
    image = generator(np.zeros((1, 10), "float32"))[0]
    np.testing.assert_allclose(image, mean, atol=1e-5)


def test_output_ranges():
    z = 100.0 * np.ones((1, 10), "float32")
    for output in ("sigmoid", "tanh"):
        x = np.asarray(mlp_generator((4, 4, 1), 10, (8,), output, seed=0)(z))
        assert -1 <= x.min() < -0.5
        assert 0.5 < x.max() <= 1
    linear = mlp_generator((2,), 10, (8,), "linear", seed=0)(z)
    assert linear.shape == (1, 2)


def test_the_paper_sizes():
    # 100 -> 1200 -> 1200 -> 784; 784 -> 240 x 5 -> 240 x 5 -> 1
    generator = mlp_generator((28, 28, 1))
    assert generator.count_params() == 101 * 1200 + 1201 * 1200 + 1201 * 784
    discriminator = maxout_discriminator((28, 28, 1))
    assert discriminator.count_params() == 785 * 1200 + 241 * 1200 + 241


def test_maxout_sees_unit_pixels():
    unit = maxout_discriminator((2,), seed=0, unit=True)
    plain = maxout_discriminator((2,), seed=0, unit=False)
    x = np.array([[-1.0, 0.6]], "float32")
    np.testing.assert_allclose(unit(x), plain((x + 1) / 2), rtol=1e-6)


def test_dropout_is_seeded():
    outputs = [
        np.asarray(maxout_discriminator((9,), seed=s)(np.ones((4, 9)), training=True))
        for s in (0, 0, 1)
    ]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    assert np.abs(outputs[0] - outputs[2]).max() > 0


def test_errors():
    with pytest.raises(ValueError, match="output='relu'"):
        mlp_generator((2,), output="relu")
    with pytest.raises(ValueError, match=r"mean of shape \(2,\)"):
        mlp_generator((2,), output="linear", mean=np.zeros(3))
    with pytest.raises(ValueError, match=r"for examples of shape \(2,\).*tanh"):
        kgan.VanillaGAN((2,), output="tanh")
