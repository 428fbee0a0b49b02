import json
import math

import pytest

from kgan.evaluation import compare, read_result
from tests.results.test_comparison import result


def refuse(name):
    raise AssertionError(f"{name} is no JSON")


def test_infinite_scores_are_json(tmp_path):
    """PSNR of equal images is infinite."""
    equal = result(math.inf, None)
    score = equal.scores["frechet_distance"]
    score["real"]["value"], score["noise"]["value"] = math.inf, -math.inf
    text = equal.write(tmp_path / "001.json").read_text()
    stored = json.loads(text, parse_constant=refuse)["scores"]["frechet_distance"]
    assert stored["value"] == stored["real"]["value"] == "Infinity"
    assert stored["noise"]["value"] == "-Infinity"
    assert stored["error"] is None
    again = read_result(tmp_path / "001.json")
    assert again == equal
    assert "inf " in again.table()
    assert "equal" in compare(again, equal)


def test_a_score_without_a_number(tmp_path):
    result(math.nan, math.nan).write(tmp_path / "001.json")
    score = read_result(tmp_path / "001.json").scores["frechet_distance"]
    assert math.isnan(score["value"])
    assert math.isnan(score["error"])


def test_a_damaged_score(tmp_path):
    path = result().write(tmp_path / "001.json")
    path.write_text(path.read_text().replace('"real": {', '"unreal": {'))
    with pytest.raises(ValueError, match=r"written by kgan evaluate. Received: .*real"):
        read_result(path)
