import numpy as np
import pytest

import kgan


def indices(data):
    return [batch.numpy()[:, 0].astype(int).tolist() for batch in data]


def numbers(n, **kwargs):
    points = np.arange(n, dtype="float32")[:, None]
    return kgan.data.ArraySource(points).batches(**kwargs)


def test_an_epoch_is_a_permutation():
    data = numbers(103, batch_size=10, seed=1)
    assert int(data.cardinality()) == 10
    flat = np.concatenate(indices(data)).tolist()
    assert len(set(flat)) == 100
    # Shuffled: few stay in place, and no neighbours stay neighbours.
    assert np.mean(np.array(flat) == np.arange(100)) < 0.1
    assert np.mean(np.diff(flat) == 1) < 0.1


def test_every_position_gets_every_index_in_every_order():
    from kgan.data.pipeline import index_batches

    stream = index_batches(16, 16, shuffle=True, seed=0)
    epochs = np.array(list(stream(0, 0).take(3000).as_numpy_iterator()))
    places, neighbours = np.zeros((16, 16)), np.zeros((16, 16))
    for order in epochs:
        places[np.arange(16), order] += 1
        neighbours[order[:-1], order[1:]] += 1
    # Chi-squared statistics of 225 and 240 cells: means 225, 240 and deviations 21, 22.
    expected = 3000 / 16
    assert ((places - expected) ** 2 / expected).sum() < 225 + 4 * 21
    apart = neighbours[~np.eye(16, dtype=bool)]
    expected = 3000 * 15 / 240
    assert ((apart - expected) ** 2 / expected).sum() < 240 + 4 * 22


def test_order_is_a_function_of_seed_and_epoch():
    data = numbers(50, batch_size=10, seed=3)
    epochs = [indices(data) for _ in range(3)]
    assert epochs[0] != epochs[1] != epochs[2]
    again = numbers(50, batch_size=10, seed=3)
    again.position.seek(2)
    assert indices(again) == epochs[2]
    assert indices(again) == epochs[2]
    assert indices(numbers(50, batch_size=10, seed=4)) != epochs[0]


def test_seek_into_an_epoch():
    data = numbers(50, batch_size=10, seed=3)
    first, second = indices(data), indices(data)
    data.position.seek(0, 3)
    assert indices(data) == first[3:] + second[:3]


def test_seek_once():
    data = numbers(50, batch_size=10, seed=3)
    epochs = [indices(data) for _ in range(3)]
    data.position.seek(1, hold=False)
    assert [indices(data), indices(data)] == epochs[1:]


def test_parts_of_replicas_make_the_batch():
    whole = indices(numbers(48, batch_size=12, seed=3))
    parts = [
        indices(numbers(48, batch_size=12, seed=3, replicas=(first, 2, 4)))
        for first in (0, 2)
    ]
    for step, batch in enumerate(whole):
        rows = [parts[w][2 * step + r] for w in (0, 1) for r in (0, 1)]
        assert np.concatenate(rows).tolist() == batch


def test_unshuffled():
    data = numbers(25, batch_size=10, shuffle=False)
    assert indices(data) == [list(range(10)), list(range(10, 20))]


@pytest.mark.parametrize("size", [0, 26])
def test_batch_size(size):
    with pytest.raises(ValueError, match=f"25 examples.*batch_size={size}"):
        numbers(25, batch_size=size)


def test_seek_errors():
    data = numbers(50, batch_size=10)
    with pytest.raises(ValueError, match=r"0 <= batch < 5.*batch=5"):
        data.position.seek(0, 5)
