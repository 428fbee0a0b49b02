import numpy as np
import pytest

from kgan.data import windows
from kgan.data.windows import Window

# Each pixel tells its row and its column.
IMAGE = np.stack(np.meshgrid(np.arange(9), np.arange(12), indexing="ij"), -1)
IMAGE = IMAGE.astype("uint8")


def keys(n=3000, **kwargs):
    return windows.keys(**{"seed": 1, "epoch": 2, "places": np.arange(n), **kwargs})


def test_the_first_numbers_of_splitmix64():
    # Of its authors' C code for the seed 1234567.
    expected = (6457827717110365317, 3203168211198807973, 9817491932198370423)
    with np.errstate(over="ignore"):
        for i, number in enumerate(expected):
            state = np.uint64(1234567) + np.uint64(i + 1) * windows._GOLDEN
            assert int(windows._mixed(np.uint64(state)).numpy()) == number


def test_each_window_is_a_slice_mirrored_or_not():
    images = np.repeat(IMAGE[None], 500, axis=0)
    found = Window(crop=4, flip=True)(images, keys(500)).numpy()
    flips = 0
    for window in found:
        mirrored = window[0, 0, 1] > window[0, 1, 1]
        flips += mirrored
        straight = window[:, ::-1] if mirrored else window
        top, left = straight[0, 0]
        np.testing.assert_array_equal(straight, IMAGE[top : top + 4, left : left + 4])
    assert 200 < flips < 300


def test_every_place_is_as_frequent():
    images = np.repeat(IMAGE[None], 5400, axis=0)
    found = Window(crop=4)(images, keys(5400)).numpy()[:, 0, 0]
    counts = np.zeros((6, 9))
    np.add.at(counts, (found[:, 0], found[:, 1]), 1)
    # Chi-squared of 53 degrees of freedom: standard deviation 10.3.
    assert ((counts - 100) ** 2 / 100).sum() < 53 + 4 * 10.3


def test_one_image_at_a_time_and_another_image_with_the_same_key():
    some = keys(20)
    window = Window(crop=5, flip=True)
    batch = window(np.repeat(IMAGE[None], 20, axis=0), some).numpy()
    for key, expected in zip(some, batch, strict=True):
        np.testing.assert_array_equal(window(IMAGE, key), expected)
        other = window(IMAGE[..., :1] + np.uint8(100), key)
        np.testing.assert_array_equal(other[..., 0], expected[..., 0] + 100)


def test_keys_depend_on_seed_epoch_and_place_alone():
    whole = keys(64).numpy()
    np.testing.assert_array_equal(keys(places=np.arange(10, 20)), whole[10:20])
    others = np.concatenate([whole, keys(64, epoch=3), keys(64, seed=2)])
    assert len(set(others.tolist())) == 3 * 64


def test_without_a_key_the_window_is_central():
    window = Window(crop=4, flip=True)
    np.testing.assert_array_equal(window(IMAGE), IMAGE[2:6, 4:8])
    np.testing.assert_array_equal(Window(flip=True)(IMAGE), IMAGE)


def test_shapes_and_errors():
    assert Window(crop=4).cut((None, None, 3)) == (4, 4, 3)
    assert Window(flip=True).cut((9, 12, 3)) == (9, 12, 3)
    with pytest.raises(ValueError, match=r"at least 10 x 10 pixels.*Received: 9 x 12"):
        Window(crop=10).cut((9, 12, 3))
    with pytest.raises(ValueError, match="crop >= 1"):
        Window(crop=0)
