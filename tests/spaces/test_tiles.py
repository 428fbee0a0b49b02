"""Large images, tile by tile."""

import numpy as np
import pytest

from kgan.spaces.tiles import by_tiles


def picture(height, width, channels=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, channels), dtype="uint8")


@pytest.mark.parametrize("shape", [(5, 7), (16, 16), (17, 40), (100, 33), (64, 15)])
@pytest.mark.parametrize("multiple", [1, 4])
def test_pixel_by_pixel_it_is_the_function_itself(shape, multiple):
    image, sizes = picture(*shape), []

    def invert(images):
        sizes.append(images.shape[1:3])
        return 255 - images

    made = by_tiles(invert, image, tile=16, overlap=4, multiple=multiple)
    np.testing.assert_array_equal(made, 255 - image)
    assert max(map(max, sizes)) <= 16
    assert all(side % multiple == 0 for size in sizes for side in size)


def test_larger_answers_of_other_channels():
    image = picture(30, 50, 1)
    enlarge = lambda x: x.repeat(2, 1).repeat(2, 2).repeat(3, 3)  # noqa: E731
    made = by_tiles(enlarge, image, tile=16, overlap=6)
    np.testing.assert_array_equal(made, enlarge(image[None])[0])


def test_what_is_smaller_than_a_tile_goes_as_a_whole():
    image, seen = picture(10, 13), []

    def keep(images):
        seen.append(images)
        return images

    np.testing.assert_array_equal(by_tiles(keep, image, 64, 8, multiple=8), image)
    assert len(seen) == 1
    assert seen[0].shape == (1, 16, 16, 3)
    expected = np.pad(image, [(0, 6), (0, 3), (0, 0)], mode="symmetric")
    np.testing.assert_array_equal(seen[0][0], expected)


def test_no_step_between_tiles():
    """Each tile answers another level: with a ramp between them, and no step."""
    levels = iter([0, 200])

    def level(images):
        return np.full_like(images, next(levels))

    made = by_tiles(level, picture(16, 28, 1), tile=16, overlap=4)[0, :, 0].astype(int)
    assert (made[:12] == 0).all()
    assert (made[16:] == 200).all()
    # Four pixels in common: weights 1/5 to 4/5.
    assert made[12:16].tolist() == [40, 80, 120, 160]


def test_bad_input():
    image = picture(20, 20)
    with pytest.raises(ValueError, match=r"a multiple of 8 pixels.*tile=12"):
        by_tiles(lambda x: x, image, tile=12, overlap=2, multiple=8)
    with pytest.raises(ValueError, match="at most half"):
        by_tiles(lambda x: x, image, tile=12, overlap=7)
    with pytest.raises(ValueError, match="16 x 16 became 15 x 16"):
        by_tiles(lambda x: x[:, 1:], image, tile=16, overlap=4)
