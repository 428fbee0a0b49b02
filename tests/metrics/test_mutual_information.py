import math

import numpy as np
import pytest
from scipy import special

from kgan.metrics import categorical_bound

CODES = np.arange(40) % 10


def test_a_code_that_is_read_without_error():
    bound = categorical_bound(1000.0 * np.eye(10)[CODES], CODES)
    assert bound == math.log(10)


def test_a_code_that_is_not_read():
    assert categorical_bound(np.zeros((40, 10)), CODES) == pytest.approx(0, abs=1e-12)
    wrong = categorical_bound(5.0 * np.eye(10)[(CODES + 1) % 10], CODES)
    assert wrong < -2


def test_against_scipy_and_never_above_the_entropy():
    rng = np.random.default_rng(0)
    for scale in (0.1, 1.0, 30.0, 1e4):
        logits = scale * rng.normal(size=(40, 10)) + 1e5
        log_q = special.log_softmax(logits, axis=1)[np.arange(40), CODES]
        bound = categorical_bound(logits, CODES)
        assert bound == pytest.approx(math.log(10) + log_q.mean(), rel=1e-9)
        best = categorical_bound(logits, logits.argmax(axis=1))
        assert bound <= best <= math.log(10)


def test_it_is_the_information_of_a_channel_that_is_known():
    """Of two values, one in five is read wrong; q is the truth."""
    q = np.where(np.eye(2)[np.repeat([0, 1], 50)] == 1, 0.8, 0.2)
    codes = np.where(np.arange(100) % 5 == 0, q.argmin(axis=1), q.argmax(axis=1))
    entropy = -0.8 * math.log(0.8) - 0.2 * math.log(0.2)
    bound = categorical_bound(np.log(q), codes)
    assert bound == pytest.approx(math.log(2) - entropy)


def test_bad_input():
    logits = np.zeros((4, 3))
    for given, match in (
        ((logits, np.arange(4)), "codes from 0 to 2. Received: codes from 0 to 3"),
        ((logits, np.arange(3)), r"codes to be 4 whole numbers.*\(3,\)"),
        ((logits, None), "Expected codes, one per example"),
        ((logits[0], np.arange(3)), r"Expected logits \[n, d\]"),
        ((logits * np.nan, np.zeros(4)), "Expected finite logits"),
    ):
        with pytest.raises(ValueError, match=match):
            categorical_bound(*given)
