import pytest

from kgan.results.usability import sentence, why_unusable


def score(value, real, noise, better="lower", error=0.3, **others):
    anchors = {
        name: {"value": x, "error": error}
        for name, x in (("real", real), ("noise", noise))
    }
    return {
        "value": value,
        "error": error,
        "better": better,
        "noise_reaches": False,
        **anchors,
        **others,
    }


@pytest.mark.parametrize(
    ("entry", "usable"),
    [
        (score(5.0, 0.1, 90.0), True),
        (score(13.0, 0.1, 12.7), False),  # Noise is better than the samples.
        # They differ by 0.4, within the error sqrt(2) 0.3 = 0.42.
        (score(12.3, 0.1, 12.7), False),
        (score(12.2, 0.1, 12.7), True),
        (score(0.98, 0.79, 0.2, "higher", 0.01), True),
        (score(0.98, 0.79, 0.98, "higher", 0.01), False),
        # The samples beat noise, which beats real examples.
        (score(1.0, 9.0, 5.0), False),
        (score(1.0, 9.0, 5.0, noise_reaches=True), True),
        (score(float("nan"), 0.1, 5.0), False),
        (score(3.0, 0.0, 3.0, error=None), False),
        ({"value": 1.0}, True),  # Not judged.
    ],
)
def test_usable(entry, usable):
    assert (why_unusable(entry) is None) == usable


def test_the_sentence_names_score_and_numbers():
    reason = why_unusable(score(13.0, 0.1, 12.7))
    assert reason == "noise 12.7 +- 0.3, samples 13 +- 0.3"
    assert f"frechet_distance ({reason})" in sentence({"frechet_distance": reason})
