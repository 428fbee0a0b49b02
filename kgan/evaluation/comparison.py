"""Two results side by side, if they were made alike."""

import collections
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


def differences(a, b):
    """What was done otherwise for one `Result` than for another, as sentences."""
    said = [
        _sentence(name, of(a), of(b))
        for name, of in _CONDITIONS.items()
        if of(a) != of(b)
    ]
    scores = collections.defaultdict(list)
    for name in sorted(a.scores.keys() & b.scores.keys()):
        one, other = a.scores[name], b.scores[name]
        for what, words in (("the metric", _metric), ("the real side", _against)):
            if words(one) != words(other):
                scores[_sentence(what, words(one), words(other))].append(name)
    return said + [f"{text} ({', '.join(names)})" for text, names in scores.items()]


def _sentence(what, one, other):
    return f"{what} is {one} in the one and {other} in the other"


def _metric(score):
    settings = (f"{k}={v}" for k, v in score["metric"].items() if k != "class")
    return f"{score['metric']['class']}({', '.join(settings)})"


def _against(score):
    sides = (f"{side['count']} of {side['of']}" for side in score["against"].values())
    return " and ".join(sides) or "none"


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
