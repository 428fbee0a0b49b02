import numpy as np
import pytest
from PIL import Image

from kgan.data.files import open_files
from kgan.data.survey import contact_sheet, survey


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
    assert "animated" not in rows


def test_contact_sheet(files):
    sheet = contact_sheet(files, ["dog/d.png", "cat/a.png", "cat/c.png"])
    # Two rows of two cells of 96 pixels, with margins of 2.
    assert sheet.shape == (198, 198, 3)
    # A small image keeps its size, in the middle of its cell.
    np.testing.assert_array_equal(sheet[40:60, 40:60], np.full((20, 20, 3), 3))
    assert (sheet[2:40, 2:98] == 255).all()


def test_no_images(tmp_path):
    (tmp_path / "a.txt").write_text("no image")
    with pytest.raises(ValueError, match=r"none of which is a readable image.*a.txt"):
        survey(open_files(tmp_path))
