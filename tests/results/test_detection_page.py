import re

import numpy as np

from kgan.results.detection_page import Found, page, table

FOUND = [
    Found("good/<b>.png", 0.5, False, "overlays/good/b.png"),
    Found("bad/a.png", 2.0, True, "overlays/bad/a.png"),
    Found("bad/c.png", 0.25, False, "overlays/bad/c.png"),
]


def made(threshold=1.0, found=FOUND):
    pictures = {one.file: np.zeros((4, 8, 3), "uint8") for one in found}
    return page(found, pictures, {"model": "<m>"}, ["a & b"], threshold)


def test_table():
    lines = table(FOUND, 0.5).splitlines()
    assert lines[1] == "bad/a.png,2,4,anomalous,overlays/bad/a.png"
    assert [line.split(",")[0] for line in lines[2:]] == ["good/<b>.png", "bad/c.png"]
    assert table(FOUND, None).splitlines()[1].split(",")[2] == ""


def test_page():
    text = made()
    # The strangest first, and no name of a file is taken for HTML.
    names = re.findall(r"<span class=file>([^<]*)</span>", text)
    assert names == ["bad/a.png", "good/&lt;b&gt;.png", "bad/c.png"]
    assert "&lt;m&gt;" in text
    assert "a &amp; b" in text
    assert "2.00 × threshold" in text
    # Of the folder bad, one of two; the median of 2 and .25
    row = "<td>bad</td><td>2</td><td>1</td><td>50.0%</td><td>1.125</td>"
    assert row in text
    assert text.count("<rect class=anomalous") == 1
    assert "{" not in text.split("</style>")[1]


def test_one_image_and_no_threshold():
    text = made(None, [Found("a.png", 0.0, True, "overlays/a.png")])
    assert "By folder" not in text
    assert "threshold" not in text.split("</style>")[1]
