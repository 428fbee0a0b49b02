import numpy as np

from kgan.system.captions import beside_rows


def dark(height, width=5, channels=1):
    return np.zeros((height, width, channels), "uint8")


def test_a_caption_per_row():
    picture = beside_rows(dark(60), ["i", "", "wide one"])
    assert picture.shape[0] == 60
    band = picture[:, :-5, 0]
    # The picture itself is at the right, as it was.
    np.testing.assert_array_equal(picture[:, -5:], dark(60))
    inked = [(255 - band[i : i + 20]).astype(int).sum() for i in (0, 20, 40)]
    assert inked[1] == 0
    assert 0 < inked[0] < inked[2]
    # Letters stand in the middle of their row.
    rows = np.flatnonzero(band[:20].min(axis=1) < 128)
    assert 4 <= rows.min() <= rows.max() <= 16


def test_channels():
    color = beside_rows(dark(30, channels=3), ["a"])
    assert color.shape[2] == 3
    assert (color[..., 0] == color[..., 2]).all()
    opaque = beside_rows(dark(30, channels=4), ["a"])
    assert (opaque[:, :-5, 3] == 255).all()


def test_where_there_is_no_room():
    for picture, captions in (
        (dark(60), []),
        (dark(22), ["a", "b"]),
        (dark(60, channels=2), ["a"]),
    ):
        assert beside_rows(picture, captions) is picture


def test_long_captions_are_cut():
    long = beside_rows(dark(30), ["n" * 200]).shape[1]
    assert long < beside_rows(dark(30), ["n" * 24]).shape[1] + 20
