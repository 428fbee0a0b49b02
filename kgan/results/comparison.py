"""Compares two results that were made in the same way."""

from __future__ import annotations

import collections
import math
from collections.abc import Mapping
from typing import Any

from kgan.results.result import Result
from kgan.system.text import columns

# What decides a score besides the generator: name -> its value in a result.
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


def differences(a: Result, b: Result) -> list[str]:
    """Lists how two results were made differently.

    Args:
        a: one `Result`.
        b: another `Result`.

    Returns:
        One sentence per difference; empty if the scores are comparable.
    """
    sentences = [
        _sentence(name, of(a), of(b))
        for name, of in _CONDITIONS.items()
        if of(a) != of(b)
    ]
    # One sentence names all scores that it holds for.
    scores = collections.defaultdict(list)
    for name in sorted(a.scores.keys() & b.scores.keys()):
        one, other = a.scores[name], b.scores[name]
        for what, words in (("the metric", _metric), ("the real side", _against)):
            if words(one) != words(other):
                scores[_sentence(what, words(one), words(other))].append(name)
    return sentences + [
        f"{text} ({', '.join(names)})" for text, names in scores.items()
    ]


def _sentence(what: str, one: Any, other: Any):
    return f"{what} is {one} in the one and {other} in the other"


def _metric(score: Mapping[str, Any]):
    settings = (f"{k}={v}" for k, v in score["metric"].items() if k != "class")
    return f"{score['metric']['class']}({', '.join(settings)})"


def _against(score: Mapping[str, Any]):
    sides = (f"{side['count']} of {side['of']}" for side in score["against"].values())
    return " and ".join(sides) or "none"


def compare(a: Result, b: Result) -> str:
    """Compares two results in a table, with differences in standard errors.

    Args:
        a: the `Result` in column A.
        b: the `Result` in column B.

    Returns:
        A text table with one line per score that both results have.

    Raises:
        ValueError: if the results were made differently, with all differences; or if
            they have no score in common.
    """
    reasons = differences(a, b)
    if reasons:
        raise ValueError(
            "Expected two results that were made in the same way. Received: results "
            f"that cannot be compared: {'; '.join(reasons)}. Evaluate both in the same "
            "way."
        )
    common = [name for name in a.scores if name in b.scores]
    if not common:
        raise ValueError(
            f"Expected results with a score in common. Received: {', '.join(a.scores)} "
            f"and {', '.join(b.scores)}. Evaluate both with the same metrics."
        )
    rows = [("score", "A", "B", "B - A", "verdict")]
    rows += [_row(name, a.scores[name], b.scores[name]) for name in common]
    return "\n".join(columns(rows))


def _row(name: str, a: Mapping[str, Any], b: Mapping[str, Any]):
    difference = b["value"] - a["value"]
    verdict = "equal" if difference == 0 else _better(difference, a["better"])
    if difference and None not in (a["error"], b["error"]):
        error = math.hypot(a["error"], b["error"])
        z = abs(difference) / error if error else math.inf
        verdict += f", {z:.1f} standard errors"
        if z < 2:
            verdict = f"no clear difference, {z:.1f} standard errors"
    return (
        name,
        f"{a['value']:.4g}",
        f"{b['value']:.4g}",
        f"{difference:+.4g}",
        verdict,
    )


def _better(difference: float, better: str):
    return "B is better" if (difference < 0) == (better == "lower") else "A is better"
