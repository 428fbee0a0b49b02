import pytest

from kgan import recipes
from kgan.results import report
from tests.results.test_comparison import result


def test_the_table():
    dcgan, gan = recipes.get("dcgan"), recipes.get("gan")
    made = result(10.714, 0.0881, epoch=20)
    made.scores["precision"] = {**made.scores["frechet_distance"], "value": 0.5}
    lines = report.table([(dcgan, made), (gan, result(3.0, None))]).splitlines()
    assert lines[0].count("|") == lines[1].count("|") == 8
    cells = [cell.strip() for cell in lines[2].split("|")]
    assert cells[1:6] == [
        "`dcgan`",
        "20 epochs, 3120 steps",
        "frechet_distance",
        "10.71 ± 0.088",
        "0.5",
    ]
    assert cells[6] == "90 ± 0.1"
    assert "10 epochs of MNIST" in cells[7]
    assert lines[3].startswith("|  |  | precision | 0.5 ± 0.088 |")
    assert "225 +- 2 nats (arXiv 1406.2661)" in lines[4]
    said = lines[-1]
    assert said.startswith("- `gan`: 10000 of logs/dcgan/001, seed 0, weights EMA.")
    assert "lenet abababababab" in said


def test_only_what_is_between_the_markers_changes(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"above\n{report.BEGIN}\nold\n{report.END}\nbelow\n")
    for content in ("first", "second"):
        report.write_between_markers(path, content)
    expected = f"above\n{report.BEGIN}\n\nsecond\n\n{report.END}\nbelow\n"
    assert path.read_text() == expected


@pytest.mark.parametrize(
    "text",
    ["", report.BEGIN, f"{report.END}{report.BEGIN}", 2 * (report.BEGIN + report.END)],
)
def test_markers_that_are_not_there(tmp_path, text):
    path = tmp_path / "README.md"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"<!-- results -->.*each once"):
        report.write_between_markers(path, "x")
    assert path.read_text() == text
    with pytest.raises(ValueError, match="a README to write results to"):
        report.check_markers(tmp_path / "nowhere.md")


def test_results_in_the_order_of_the_recipes(tmp_path):
    result(1.0).write(tmp_path / "gan.json")
    result(2.0).write(tmp_path / "dcgan.json")
    result(3.0).write(tmp_path / "other.json")
    found = report.read_all(tmp_path, recipes.RECIPES.values())
    assert [recipe.name for recipe, _ in found] == ["dcgan", "gan"]
    assert report.read_all(tmp_path / "nowhere", recipes.RECIPES.values()) == []
