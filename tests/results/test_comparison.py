import copy
import json

import pytest

from kgan.evaluation import Result, compare, differences, read_result
from kgan.results.folder import folder_of, newest_path, next_path


def result(value=10.0, error=1.0, **samples):
    score = {
        "value": value,
        "error": error,
        "how": "standard error",
        "better": "lower",
        "metric": {"class": "FrechetDistance"},
        "needs": "features",
        "against": {"real": {"of": "mnist train", "count": 10_000}},
        "real": {"value": 0.5, "error": None, "how": "", "between": {}},
        "noise": {"value": 90.0, "error": 0.1, "how": "", "of": "noise"},
    }
    about = {
        "source": "logs/dcgan/001",
        "kind": "run",
        "weights": "EMA",
        "count": 10_000,
        "seed": 0,
        "steps": 3120,
        "model": "DCGAN",
    }
    return Result(
        samples={**about, **samples},
        reference={"dataset": "mnist", "split": "train", "shape": [28, 28, 1]},
        extractor={"name": "lenet", "digest": "ab" * 32, "resize": "None."},
        scores={"frechet_distance": score},
        warnings=[],
        kgan="0.1.0",
    )


def test_better_by_so_many_standard_errors():
    table = compare(result(10.0, 3.0), result(30.0, 4.0))
    # 20 / sqrt(3^2 + 4^2)
    assert "A is better, 4.0 standard errors" in table
    assert "+20" in table
    table = compare(result(10.0, 3.0), result(4.0, 4.0))
    assert "no clear difference, 1.2 standard errors" in table
    assert "B is better" in compare(result(10.0, None), result(4.0, None))
    assert "equal" in compare(result(), result())


def test_where_higher_is_better():
    a, b = result(0.5, 0.01), result(0.9, 0.01)
    for each in (a, b):
        each.scores["frechet_distance"]["better"] = "higher"
    assert "B is better" in compare(a, b)


def changes():
    def change(**path):
        (name, (key, value)), = path.items()  # fmt: skip

        def apply(result):
            getattr(result, name)[key] = value

        return apply

    def score(key, value):
        def apply(result):
            result.scores["frechet_distance"][key] = value

        return apply

    return {
        "samples is 10000 in A and 50000 in B": change(samples=("count", 50_000)),
        "weights is EMA in A and raw in B": change(samples=("weights", "raw")),
        "extractor is lenet in A and inception in B": change(
            extractor=("name", "inception")
        ),
        "digest of the extractor is ab": change(extractor=("digest", "cd" * 32)),
        "resize is None. in A and bicubic in B": change(
            extractor=("resize", "bicubic")
        ),
        "dataset is mnist in A and fashion in B": change(
            reference=("dataset", "fashion")
        ),
        "split is train in A and test in B": change(reference=("split", "test")),
        "shape is 28x28x1 in A and 32x32x1 in B": change(
            reference=("shape", [32, 32, 1])
        ),
        "the metric is FrechetDistance() in A and X(k=3) in B": score(
            "metric", {"class": "X", "k": 3}
        ),
        "the real side is 10000 of mnist train in A and none in B": score(
            "against", {}
        ),
    }


@pytest.mark.parametrize(("message", "change"), changes().items(), ids=list(changes()))
def test_results_made_differently_are_refused(message, change):
    other = copy.deepcopy(result())
    change(other)
    assert len(differences(result(), other)) == 1
    with pytest.raises(ValueError, match=r"cannot be compared") as error:
        compare(result(), other)
    assert message in str(error.value)


def test_a_difference_of_several_scores_is_named_once():
    a, b = result(), result()
    for each, count in ((a, 1000), (b, 500)):
        side = {"real": {"of": "mnist train", "count": count}}
        each.scores["frechet_distance"]["against"] = side
        each.scores["kernel_distance"] = each.scores["frechet_distance"]
    (difference,) = differences(a, b)
    assert difference.sentence() == (
        "the real side is 1000 of mnist train in the one and 500 of mnist train in the "
        "other (frechet_distance, kernel_distance)"
    )


def test_what_is_compared_may_differ():
    other = result(
        source="logs/wgan/003", kind="savedmodel", seed=5, steps=7, model="X"
    )
    assert differences(result(), other) == []


def test_another_version_is_another_way():
    other = Result(**{**vars(result()), "kgan": "0.2.0"})
    with pytest.raises(ValueError, match=r"kgan is 0.1.0 in A and 0.2.0") as error:
        compare(result(), other)
    # Only scoring both again helps.
    assert str(error.value).count("kgan evaluate logs/dcgan/001 ") == 2


def refused(a, b):
    with pytest.raises(ValueError, match="cannot be compared") as error:
        compare(a, b)
    return str(error.value)


def test_one_line_per_cause_and_the_command():
    other = result(source="logs/my runs/2", count=2000, weights="raw", seed=3)
    other.extractor.update(name="inception", digest="cd" * 32, resize="bicubic")
    side = {"real": {"of": "mnist train", "count": 2000}}
    other.scores["frechet_distance"]["against"] = side
    text = refused(result(), other)
    # What follows from another extractor and another count is not told.
    assert text.splitlines()[1:4] == [
        "  - extractor is lenet in A and inception in B",
        "  - samples is 10000 in A and 2000 in B",
        "  - weights is EMA in A and raw in B",
    ]
    assert text.splitlines()[4:] == [
        # B may have no averaged weights.
        "Score A as B was scored:",
        "",
        "    kgan evaluate logs/dcgan/001 --samples 2000 --seed 0 "
        "--extractor inception --weights raw",
    ]
    text = refused(other, result())
    assert "Score B as A was scored:" in text
    assert "kgan evaluate logs/dcgan/001 --samples 2000" in text


def test_settings_that_follow_from_the_number_of_samples():
    other = result(count=2000, source="logs/my runs/2", seed=3)
    metric = {"class": "FrechetDistance", "subset_size": 500}
    other.scores["frechet_distance"]["metric"] = metric
    text = refused(result(), other)
    assert text.splitlines()[1:] == [
        "  - samples is 10000 in A and 2000 in B",
        "Score B as A was scored:",
        "",
        "    kgan evaluate 'logs/my runs/2' --samples 10000 --seed 3 "
        "--extractor lenet --weights ema",
    ]


def test_the_command_names_the_data_where_they_differ():
    other = result(kind="savedmodel", source="export/dcgan/1")
    other.reference.update(dataset="fashion", split="test")
    text = refused(result(), other)
    assert text.endswith(
        "kgan evaluate export/dcgan/1 --samples 10000 --seed 0 --extractor lenet "
        "--data mnist --split train"
    )
    ring = result(kind="training", source="logs/ring")
    ring.reference.update(dataset="ring", split="all")
    text = refused(ring, result(kind="training", source="logs/mine"))
    assert "kgan evaluate logs/mine/best.keras" in text
    assert text.endswith("--data ring")


def test_what_no_command_makes_comparable():
    other = result()
    other.reference["shape"] = [32, 32, 1]
    assert "never comparable" in refused(result(), other)
    assert "kgan evaluate" not in refused(result(), other)
    text = refused(result(), result(kind="model", source="dcgan", count=5))
    assert "# dcgan is a model in Python" in text


def test_no_verdict_where_both_are_better_than_real():
    # Real examples score 0.5, lower is better.
    table = compare(result(0.3, 0.01), result(0.4, 0.01))
    assert "none: both score better than real examples" in table
    assert "A is better" in compare(result(0.3, 0.01), result(0.6, 0.01))
    assert "equal" in compare(result(0.3, 0.01), result(0.3, 0.01))
    a, b = result(0.8, 0.01), result(0.9, 0.01)
    for each in (a, b):
        each.scores["frechet_distance"]["better"] = "higher"
    assert "none: both score better than real examples" in compare(a, b)


def test_infinite_scores():
    best = result(float("inf"), None)
    assert "equal" in compare(best, best)


def test_no_score_in_common():
    other = copy.deepcopy(result())
    other.scores["precision"] = other.scores.pop("frechet_distance")
    with pytest.raises(ValueError, match=r"a score in common.*frechet_distance"):
        compare(result(), other)


def test_the_table_of_a_result():
    table = result().table()
    lines = table.splitlines()
    assert lines[0].split()[:2] == ["score", "value"]
    assert "10 +- 1" in lines[1]
    assert "90 +- 0.1" in lines[1]
    assert "10000 of logs/dcgan/001, seed 0, weights EMA" in table
    assert "mnist train (10000)" in table


def test_the_table_says_what_a_run_started_from():
    said = result(started_from="generator of logs/a/001").conditions()["trained"]
    assert said.endswith(", started from generator of logs/a/001")


def test_no_verdict_where_noise_scores_as_well():
    a, b = result(95.0, 0.1), result(96.0, 0.1)
    for each in (a, b):
        each.scores["frechet_distance"]["noise_reaches"] = False
    assert "none: noise scores as well" in compare(a, b)
    good = result(10.0, 0.1)
    assert "A is better" in compare(good, b)


def test_files_are_numbered(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_text("{}")
    assert folder_of(run) == run / "evaluations"
    assert next_path(run) == run / "evaluations" / "001.json"
    with pytest.raises(ValueError, match=r"without results in .*kgan evaluate"):
        newest_path(run)
    for value in (1.0, 2.0):
        result(value).write(next_path(run))
    (run / "evaluations" / "notes.json").write_text("{}")
    newest = read_result(newest_path(run))
    assert newest.scores["frechet_distance"]["value"] == 2.0
    assert newest_path(tmp_path / "any.json") == tmp_path / "any.json"
    export = tmp_path / "export" / "dcgan" / "1"
    assert folder_of(export) == tmp_path / "export" / "dcgan" / "1.evaluations"


def test_a_file_of_an_older_form(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"format": "kgan scores 1"}')
    with pytest.raises(ValueError, match=r"the format 'kgan scores 1'.*again"):
        read_result(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "x"}', "nonsense"])
def test_a_file_that_is_none(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="Expected scores written by kgan evaluate"):
        read_result(path)
    with pytest.raises(ValueError, match="cannot be read"):
        read_result(tmp_path / "nowhere.json")


def test_numbers_survive_the_file(tmp_path):
    made = result(0.1 + 0.2)
    stored = json.loads(made.write(tmp_path / "x.json").read_text())
    assert stored["scores"]["frechet_distance"]["value"] == 0.1 + 0.2
    assert read_result(tmp_path / "x.json") == made


def test_what_models_say_must_be_the_same():
    a, b, c = result(), result(), result()
    for each, says in ((a, "x: on or off"), (b, "x: 256 levels"), (c, None)):
        each.scores["frechet_distance"]["says"] = says
    (difference,) = differences(a, b)
    assert difference.what == "what the model says"
    assert (difference.one, difference.other) == ("x: on or off", "x: 256 levels")
    with pytest.raises(ValueError, match=r"models with one\n? ?likelihood"):
        compare(a, b)
    assert differences(a, c)[0].other == "unknown"
    assert not differences(a, a)
    # Where it does not matter, nothing is said.
    assert not differences(c, result())
