import pytest

from kgan import recipes
from kgan.results import report
from tests.results.test_comparison import result


def several():
    """A result with three scores: of examples, of pairs, and one without an error."""
    made = result(10.714, 0.0881, epoch=20)
    first = made.scores["frechet_distance"]
    how = "standard error over 50 pairs"
    made.scores["psnr"] = {**first, "value": 28.4, "how": how, "better": "higher"}
    made.scores["auroc"] = {**first, "value": 0.75, "error": None, "how": "no error"}
    return made


def cells_of(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_has_one_row_per_recipe():
    dcgan, gan = recipes.get("dcgan"), recipes.get("gan")
    lines = report.table([(dcgan, several()), (gan, result(3.0, None))]).splitlines()
    assert len(lines) == 4
    assert cells_of(lines[2]) == [
        "`dcgan`",
        "20 epochs, 3120 steps",
        "frechet_distance<br>psnr",
        "10.71 ± 0.088<br>28.4 ± 0.088",
        "0.5<br>0.5",
        "90<br>90",
        "10 epochs of MNIST: about 8 min on a Colab GPU (a DCGAN tutorial, 2020)",
    ]
    assert cells_of(lines[3])[3] == "3"
    assert "225 +- 2 nats (arXiv 1406.2661)" in lines[3]


def test_what_noise_reaches_comes_last():
    made = several()
    made.scores["frechet_distance"].update(value=91.0, noise_reaches=False)
    line = report.table([(recipes.get("dcgan"), made)]).splitlines()[2]
    assert cells_of(line)[2] == "psnr<br>auroc"


def test_the_page_has_all_scores_and_how_they_were_made():
    made = several()
    made.warnings.append("psnr: few pairs")
    text = report.page([(recipes.get("dcgan"), made)])
    lines = text.splitlines()
    assert "## `dcgan`" in lines
    assert "| psnr | 28.4 ± 0.088 | 0.5 | 90 ± 0.1 | higher | standard error over 50 " \
        "pairs |" in lines  # fmt: skip
    assert "| auroc | 0.75 | 0.5 | 90 ± 0.1 | lower | no error |" in lines
    assert "- samples: 10000 of logs/dcgan/001, seed 0, weights EMA" in lines
    assert "- data: mnist train, 28x28x1; against mnist train (10000)" in lines
    assert "- warning: psnr: few pairs" in lines
    assert "10 epochs of MNIST: about 8 min" in text
    assert text.endswith("few pairs\n")


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
