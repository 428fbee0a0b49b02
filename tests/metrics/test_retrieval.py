import numpy as np
import pytest

from kgan.metrics import Retrieval
from kgan.metrics.distances import ranks
from tests.metrics.metric_test_case import run_metric_test


def test_ranks_by_hand():
    target = np.array([[0.0], [1.0], [5.0]])
    # 0.4 is nearest to its own 0; 3.5 is nearer to 5 than to 1, and 0 is the last;
    # 0.2 is nearest to 0, then to 1, and its own 5 is the last.
    fake = np.array([[0.4], [3.5], [0.2]])
    assert ranks(fake, target).tolist() == [1, 2, 3]
    values = Retrieval().score(None, fake, target=target)
    assert values["retrieval"].value == pytest.approx(1 / 3)
    assert values["retrieval_rank"].value == pytest.approx(2.0)
    assert values["retrieval_rank"].error == pytest.approx(np.std([1, 2, 3]) / 3**0.5)
    assert "3 targets" in values["retrieval"].how


def test_copies_of_a_target_do_not_count_as_nearer():
    target = np.array([[0.3, 0.7], [0.3, 0.7], [9.0, 9.0]])
    assert ranks(target + 1e-3, target).tolist() == [1, 1, 1]


def test_like_brute_force_and_by_blocks(monkeypatch):
    monkeypatch.setattr("kgan.metrics.distances._ROWS", 7)
    monkeypatch.setattr("kgan.metrics.distances._COLUMNS", 9)
    rng = np.random.default_rng(0)
    target = rng.normal(100.0, 1.0, (40, 5))
    fake = target + rng.normal(size=(40, 5))
    distances = np.linalg.norm(fake[:, None] - target[None], axis=-1)
    expected = 1 + (distances < np.diag(distances)[:, None]).sum(axis=1)
    assert expected.max() > 5
    np.testing.assert_array_equal(ranks(fake, target), expected)


def test_streams_and_replicas():
    rng = np.random.default_rng(1)
    target = rng.normal(size=(50, 4)).astype("float32")
    fake = target + rng.normal(size=(50, 4)).astype("float32")
    run_metric_test(Retrieval(), {"target": target, "fake": fake})


def test_another_number_of_targets():
    with pytest.raises(ValueError, match="3 targets, 2 generated"):
        Retrieval().score(None, np.zeros((2, 4)), target=np.zeros((3, 4)))
