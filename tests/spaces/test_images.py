import numpy as np
from PIL import Image

from kgan.spaces import images
from kgan.system import image_files


def test_to_uint8():
    x = np.array([-1.0, 0.0, 1.0, -2.0, 2.0, 1 / 127.5])
    np.testing.assert_array_equal(images.to_uint8(x), [0, 128, 255, 0, 255, 128 + 0])


def test_bytes_survive_the_round_trip():
    levels = np.arange(256, dtype="uint8")
    np.testing.assert_array_equal(images.to_uint8(levels / 127.5 - 1.0), levels)


def test_tile():
    grid = images.tile(np.zeros((5, 4, 6, 3), "uint8"), columns=3, margin=1)
    assert grid.shape == (2 * 5 + 1, 3 * 7 + 1, 3)
    # The sixth place is empty, margins are white.
    assert grid[6:10, 15:21].min() == 255
    assert grid[0].min() == 255
    assert grid[1:5, 1:7].max() == 0


def test_beside():
    a, b = np.zeros((4, 2, 1), "uint8"), np.zeros((4, 3, 1), "uint8")
    assert images.beside(a, b, gap=5).shape == (4, 10, 1)


def test_files(tmp_path):
    image = np.arange(48, dtype="uint8").reshape(4, 4, 3)
    image_files.save(tmp_path / "new" / "a.png", image)
    np.testing.assert_array_equal(
        np.array(Image.open(tmp_path / "new" / "a.png")), image
    )
    for suffix in ("gif", "webp"):
        image_files.save_animation(tmp_path / f"a.{suffix}", [image, image[::-1]])
        with Image.open(tmp_path / f"a.{suffix}") as animation:
            assert animation.n_frames == 2
    assert not [p for p in tmp_path.rglob(".*")]
