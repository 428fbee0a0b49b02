"""Two results side by side, if they were made alike."""

import math

from kgan.evaluation.result import columns

# What decides a score, beside the generator: name -> where a result says it.
_CONDITIONS = {
    "dataset": lambda result: result.reference["dataset"],
    "split": lambda result: result.reference["split"],
    "shape": lambda result: result.reference["shape"],
    "extractor": lambda result: result.extractor["name"],
    "digest of the extractor": lambda result: result.extractor["digest"],
    "resize": lambda result: result.extractor["resize"],
    "samples": lambda result: result.samples["count"],
    "weights": lambda result: result.samples["weights"],
    "kgan": lambda result: result.kgan,
}
_OF_A_SCORE = ("metric", "against")


def differences(a, b):
    """What was done otherwise for one `Result` than for another, as sentences."""
    said = [
        f"{name} is {of(a)} in the one and {of(b)} in the other"
        for name, of in _CONDITIONS.items()
        if of(a) != of(b)
    ]
    for score in a.scores.keys() & b.scores.keys():
        said += [
            f"{what} of {score} is {a.scores[score][what]} in the one and "
            f"{b.scores[score][what]} in the other"
            for what in _OF_A_SCORE
            if a.scores[score][what] != b.scores[score][what]
        ]
    return sorted(said)


def compare(a, b):
    """Two `Result`s as a table, with the difference in standard errors.

    Raises:
        ValueError: if they were made differently; each difference is named. Or if they
            have no score in common.
    """
    found = differences(a, b)
    if found:
        raise ValueError(
            f"These scores were made differently and cannot be compared: "
            f"{'; '.join(found)}. Evaluate both in the same way."
        )
    common = [name for name in a.scores if name in b.scores]
    if not common:
        raise ValueError(
            f"Expected results with a score in common. Received: {', '.join(a.scores)} "
            f"and {', '.join(b.scores)}."
        )
    rows = [("score", "A", "B", "B - A", "verdict")]
    rows += [_row(name, a.scores[name], b.scores[name]) for name in common]
    return "\n".join(columns(rows))


def _row(name, a, b):
    difference = b["value"] - a["value"]
    verdict = "equal" if difference == 0 else _better(difference, a["better"])
    if difference and None not in (a["error"], b["error"]):
        error = math.hypot(a["error"], b["error"])
        z = abs(difference) / error if error else math.inf
        verdict += f", {z:.1f} standard errors"
        if z < 2:
            verdict = f"no difference to speak of, {z:.1f} standard errors"
    return (
        name,
        f"{a['value']:.4g}",
        f"{b['value']:.4g}",
        f"{difference:+.4g}",
        verdict,
    )


def _better(difference, better):
    return "B is better" if (difference < 0) == (better == "lower") else "A is better"
