import numpy as np
import pytest

from kgan.spaces import Codes, Latents


def test_codes():
    prior = Codes(noise=3, categories=(4, 2), continuous=2)
    z = np.asarray(Latents(prior.dim, prior).sample(4000, 1))
    noise, (four, two), continuous = prior.noise_and_codes(z)
    assert noise.shape[1] == 3 and continuous.shape[1] == 2
    for code, k in ((four, 4), (two, 2)):
        np.testing.assert_array_equal(code.sum(axis=1), 1.0)
        assert set(np.unique(code)) == {0.0, 1.0}
        # Each value equally often: within 4 standard deviations.
        error = 4 * np.sqrt((1 / k) * (1 - 1 / k) / 4000)
        np.testing.assert_allclose(code.mean(axis=0), 1 / k, atol=error)
    for part in (noise, continuous):
        np.testing.assert_allclose(part.mean(axis=0), 0.0, atol=0.05)
        np.testing.assert_allclose(part.var(axis=0), 1 / 3, atol=0.03)
    # Two codes are independent.
    both = (four[:, 0] * two[:, 0]).mean()
    np.testing.assert_allclose(both, 1 / 8, atol=0.025)
    assert Codes(**prior.get_config()).dim == prior.dim


def test_bad_codes():
    for arguments in ({"categories": (), "continuous": 0}, {"categories": (1,)}):
        with pytest.raises(ValueError, match="at least one code"):
            Codes(**arguments)
    with pytest.raises(ValueError, match="noise >= 0"):
        Codes(noise=-1)
