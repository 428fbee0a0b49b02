import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.data.files import open_files
from kgan.data.survey import (
    contact_sheet,
    pictures_of_files,
    pictures_of_source,
    survey,
    survey_source,
)


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    first = rng.integers(0, 256, (8, 12, 3), "uint8")
    pictures = {
        "cat/a.png": first,
        "cat/b.bmp": first,
        "cat/c.png": rng.integers(0, 256, (8, 12), "uint8"),
        "dog/d.png": np.full((20, 20, 3), 3, "uint8"),
    }
    for name, pixels in pictures.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / name)
    (tmp_path / "cat" / "z.txt").write_text("no image")
    return open_files(tmp_path)


def test_survey(files):
    found = survey(files)
    assert found.count == 4
    assert found.sizes() == {(8, 12): 3, (20, 20): 1}
    assert found.channels() == {3: 3, 1: 1}
    assert found.classes == {"cat": 3, "dog": 1}
    assert list(found.corrupt) == ["cat/z.txt"]
    # Equal pixels in files of two formats.
    assert found.duplicates == [["cat/a.png", "cat/b.bmp"]]
    assert found.dark == ["dog/d.png"]


def test_rows(files):
    rows = dict(survey(files).rows())
    assert rows["height x width"] == "8x12 (3), 20x20 (1)"
    assert rows["classes"] == "2: cat (3), dog (1)"
    assert rows["one image"] == "1 classes: dog"
    assert rows["duplicates"] == "1: cat/a.png = cat/b.bmp"
    assert rows["near-black"] == "1: dog/d.png"
    assert rows["corrupt"].startswith("1: cat/z.txt (")
    assert "read in part" not in rows


def test_contact_sheet(files):
    names = ["dog/d.png", "cat/a.png", "cat/c.png"]
    sheet = contact_sheet(pictures_of_files(files, names))
    # Two rows of two cells of 96 pixels, with margins of 2.
    assert sheet.shape == (198, 198, 3)
    # A small image keeps its size, in the middle of its cell.
    np.testing.assert_array_equal(sheet[40:60, 40:60], np.full((20, 20, 3), 3))
    assert (sheet[2:40, 2:98] == 255).all()


def test_no_images(tmp_path):
    (tmp_path / "a.txt").write_text("no image")
    with pytest.raises(ValueError, match=r"none of which is a readable image.*a.txt"):
        survey(open_files(tmp_path))


def test_a_set_without_files():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, 8, 12, 4), "uint8")
    images[4] = images[1]
    images[5, ..., :3] = 2
    source = kgan.data.ArraySource(images, np.array([1, 0, 1, 1, 0, 1]))
    found = survey_source(source)
    assert found.sizes() == {(8, 12): 6}
    assert found.channels() == {4: 6}
    assert found.classes == {"1": 4, "0": 2}
    assert found.duplicates == [["1", "4"]]
    # Near-black whatever its alpha.
    assert found.dark == ["5"]
    assert dict(found.rows())["kinds"] == "RGBA (6)"
    assert len(list(pictures_of_source(source, 4))) == 2
    assert contact_sheet(pictures_of_source(source, 4)).shape == (100, 198, 3)
