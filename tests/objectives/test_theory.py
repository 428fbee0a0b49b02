import numpy as np
import pytest
from scipy import integrate, stats

from kgan import theory

_normal = stats.norm.pdf
X = np.linspace(-14.0, 14.0, 8001)


def test_the_optimal_discriminator_maximizes_the_value():
    p, q = theory.normal(X), theory.normal(X, 1.5, 0.7)
    best = theory.optimal_discriminator(p, q)
    near = np.abs(X) < 4
    logits = np.log(p / q)
    np.testing.assert_allclose(best[near], 1 / (1 + np.exp(-logits[near])), rtol=1e-12)
    top = theory.value(logits, p, q, X)
    for other in (logits + 0.1, 0.9 * logits, logits + 0.1 * np.sin(X)):
        assert theory.value(other, p, q, X) < top
    # Equation 6.
    jsd = theory.jensen_shannon(p, q, X)
    assert top == pytest.approx(-np.log(4) + 2 * jsd, abs=1e-10)


def test_divergence_against_adaptive_quadrature():
    one, other = stats.norm(), stats.norm(1.5, 0.7)

    def integrand(x):
        p, q = one.pdf(x), other.pdf(x)
        middle = (p + q) / 2
        return (p * np.log(p / middle) + q * np.log(q / middle)) / 2

    expected, _ = integrate.quad(integrand, -12, 12, epsabs=1e-12)
    jsd = theory.jensen_shannon(theory.normal(X), theory.normal(X, 1.5, 0.7), X)
    assert jsd == pytest.approx(expected, abs=1e-9)


def test_the_ends_of_the_divergence():
    p = theory.normal(X)
    assert theory.jensen_shannon(p, p, X) == 0.0
    far = theory.normal(X, 10.0, 0.3)
    near = theory.normal(X, 0.0, 0.3)
    assert theory.jensen_shannon(near, far, X) == pytest.approx(np.log(2), abs=1e-9)
    # The equilibrium: D = 1/2 everywhere.
    assert theory.value(0 * X, p, p, X) == pytest.approx(-np.log(4), abs=1e-9)


def test_no_density_no_opinion():
    zero = np.zeros(2)
    np.testing.assert_array_equal(theory.optimal_discriminator(zero, zero), 0.5)


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        (lambda z: 2 * z - 1, stats.norm(-1, 2).pdf),
        # Decreasing, and nowhere linear.
        (lambda z: -np.sinh(z), lambda x: _normal(np.arcsinh(x)) / np.hypot(1, x)),
        # Two latents for each x.
        (lambda z: z**2, stats.chi2(1).pdf),
    ],
)  # fmt: skip
def test_the_density_of_a_map(generator, expected):
    borders = np.linspace(-8, 8, 4001)
    masses = np.diff(stats.norm.cdf(borders))
    x = np.linspace(-10, 10, 2001)
    density = theory.density_of_map(masses, generator(borders), x)
    # The mean over one step, away from the pole of chi^2.
    away = np.abs(x) > 0.05
    np.testing.assert_allclose(density[away], expected(x[away]), atol=2e-3)


def test_a_constant_map_is_an_atom():
    x = np.linspace(-1, 1, 21)
    density = theory.density_of_map(np.array([0.4, 0.6]), np.zeros(3), x)
    assert density[10] == pytest.approx(1 / 0.1)
    assert np.count_nonzero(density) == 1
