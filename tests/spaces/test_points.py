import numpy as np

from kgan.spaces import Points


def picture_of(real, samples):
    real, samples = np.float32(real), np.float32(samples)
    return Points(real.shape[1]).picture({"real": real, "samples": samples})


def test_points_are_drawn_where_they_are():
    # The plane from -0.15 to 1.15 in 400 pixels: 0 is pixel 46, 1 is 353, from below.
    picture = picture_of([[0, 0], [1, 1]], [[1, 0], [1, 1]])
    assert picture.shape == (400, 400, 3)
    blue, gray, white = (20, 90, 200), (190, 190, 190), (255, 255, 255)
    assert tuple(picture[399 - 46, 46]) == gray
    assert tuple(picture[399 - 46, 353]) == blue
    assert tuple(picture[399 - 353, 353]) == blue
    assert tuple(picture[399 - 353, 46]) == white
    # Each is a square of three pixels.
    for colour, dots in ((blue, 2), (gray, 1), (white, 0)):
        count = np.all(picture == colour, axis=-1).sum()
        assert count == (9 * dots if dots else 400 * 400 - 27)


def test_points_outside_of_the_picture():
    inside = picture_of([[0, 0], [1, 1]], [[0.5, 0.5]])
    out = [[0.5, 0.5], [9, 9], [-1e30, 0], [0.5, 3e38]]
    np.testing.assert_array_equal(picture_of([[0, 0], [1, 1]], out), inside)


def test_points_on_a_line_are_histograms():
    real = np.linspace(0, 1, 1000)[:, None]
    picture = picture_of(real, np.full((50, 1), 0.5))
    blue = np.all(picture == (20, 90, 200), axis=-1)
    # All samples in one bar: of 8 pixels, 4 are blue, from below to above.
    (columns,) = np.nonzero(blue.any(axis=0))
    assert len(columns) == 4
    assert 200 in range(columns[0] - 2, columns[-1] + 3)
    assert blue[:, columns[0]].all()
    gray = np.all(picture == (190, 190, 190), axis=-1)
    # 1000 of 1.3 x 1000 pixels' worth, in 50 bars: 1 / 38.5 x 400 x 5 = 52 high
    assert 48 <= gray[:, 100].sum() <= 56
