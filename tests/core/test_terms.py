import numpy as np
import pytest
import tensorflow as tf

from kgan.core.terms import TermMeans


def test_means_by_name():
    terms = TermMeans()
    terms.update({"a": 1.0, "b": 10.0})
    terms.update({"a": 3.0})
    terms.update({})
    result = {name: float(v) for name, v in terms.result().items()}
    assert result == {"a": 2.0, "b": 10.0}
    terms.reset_state()
    assert {name: float(v) for name, v in terms.result().items()} == {"a": 0, "b": 0}


def test_nan_stays_in_its_term():
    terms = TermMeans()
    terms.update({"a": np.nan, "b": 1.0})
    result = terms.result()
    assert np.isnan(result["a"])
    assert float(result["b"]) == 1.0


def test_new_terms_inside_a_function():
    terms = TermMeans()

    @tf.function
    def step(x):
        terms.update({"x": x, "2x": 2 * x})
        return terms.result()

    step(1.0)
    assert {k: float(v) for k, v in step(2.0).items()} == {"x": 1.5, "2x": 3.0}


def test_errors():
    terms = TermMeans(capacity=1)
    with pytest.raises(ValueError, match=r"'a' to be a scalar.*shape \(2,\)"):
        terms.update({"a": [1.0, 2.0]})
    terms.update({"a": 1.0})
    with pytest.raises(ValueError, match="at most 1 terms"):
        terms.update({"b": 1.0})
