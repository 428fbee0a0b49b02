"""Compares two results that were made in the same way."""

from __future__ import annotations

import collections
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from kgan.results.again import remedy
from kgan.results.result import Result
from kgan.results.usability import why_unusable
from kgan.system.text import columns

# What decides a score besides the generator: name -> its value in a result.
_CONDITIONS = {
    "dataset": lambda result: result.reference["dataset"],
    "split": lambda result: result.reference["split"],
    "shape": lambda result: "x".join(map(str, result.reference["shape"])),
    "extractor": lambda result: result.extractor["name"],
    "digest of the extractor": lambda result: result.extractor["digest"],
    "resize": lambda result: result.extractor["resize"],
    "samples": lambda result: result.samples["count"],
    "weights": lambda result: result.samples["weights"],
    "kgan": lambda result: result.kgan,
}
# A difference -> others, of which it is the cause; they are not told beside it.
_CONSEQUENCES = {
    # The settings of some metrics follow from the data, their number and the features.
    "dataset": {"the real side", "the metric"},
    "split": {"the real side"},
    "samples": {"the real side", "the metric"},
    "extractor": {"digest of the extractor", "resize", "the metric"},
}


class Difference(NamedTuple):
    """One way in which two results were made differently.

    >>> from kgan.results.comparison import Difference
    >>> Difference("samples", 10_000, 50_000).sentence("A", "B")
    'samples is 10000 in A and 50000 in B'

    Attributes:
        what: a condition, such as "samples".
        one, other: what it is in each of both results.
        scores: the names of the scores that it holds for; empty for all.
    """

    what: str
    one: Any
    other: Any
    scores: tuple[str, ...] = ()

    def sentence(self, a: str = "the one", b: str = "the other") -> str:
        """The difference in words; `a` and `b` are the names of the results."""
        scores = f" ({', '.join(self.scores)})" if self.scores else ""
        return f"{self.what} is {self.one} in {a} and {self.other} in {b}{scores}"


def differences(a: Result, b: Result) -> list[Difference]:
    """Lists how two results were made differently.

    Args:
        a: one `Result`.
        b: another `Result`.

    Returns:
        The causes, without what follows from them; empty if the scores are comparable.
    """
    causes = [
        Difference(name, of(a), of(b))
        for name, of in _CONDITIONS.items()
        if of(a) != of(b)
    ]
    # One sentence names all scores that it holds for.
    scores = collections.defaultdict(list)
    for name in sorted(a.scores.keys() & b.scores.keys()):
        one, other = a.scores[name], b.scores[name]
        for what, words in _OF_SCORES.items():
            if words(one) != words(other):
                scores[what, words(one), words(other)].append(name)
    causes += [Difference(*key, tuple(names)) for key, names in scores.items()]
    follows = {name for cause in causes for name in _CONSEQUENCES.get(cause.what, ())}
    return [cause for cause in causes if cause.what not in follows]


def _metric(score: Mapping[str, Any]):
    settings = (f"{k}={v}" for k, v in score["metric"].items() if k != "class")
    return f"{score['metric']['class']}({', '.join(settings)})"


def _against(score: Mapping[str, Any]):
    sides = (f"{side['count']} of {side['of']}" for side in score["against"].values())
    return " and ".join(sides) or "none"


def _says(score: Mapping[str, Any]):
    return score.get("says") or "unknown"


# What decides one score besides the generator: name -> the words for it.
_OF_SCORES = {
    "the metric": _metric,
    "the real side": _against,
    "what the model says": _says,
}


def compare(a: Result, b: Result) -> str:
    """Compares two results in a table, with differences in standard errors.

    Where both results are beyond what real examples score, there is no verdict: a score
    better than that of real examples says nothing of a generator. The same holds where
    noise scores as well as both, see `kgan.results.usability`.

    Args:
        a: the `Result` in column A.
        b: the `Result` in column B.

    Returns:
        A text table with one line per score that both results have.

    Raises:
        ValueError: if the results were made differently, with one line per cause and
            the command that scores one as the other was; or if they have no score in
            common.
    """
    causes = differences(a, b)
    if causes:
        lines = "".join(f"\n  - {cause.sentence('A', 'B')}" for cause in causes)
        raise ValueError(
            "Expected two results that were made in the same way. Received: results "
            f"that cannot be compared:{lines}\n"
            f"{remedy(a, b, [cause.what for cause in causes])}"
        )
    common = [name for name in a.scores if name in b.scores]
    if not common:
        raise ValueError(
            f"Expected results with a score in common. Received: {', '.join(a.scores)} "
            f"and {', '.join(b.scores)}. Evaluate both with the same metrics."
        )
    rows = [("score", "A", "B", "B - A", "real", "verdict")]
    rows += [_row(name, a.scores[name], b.scores[name]) for name in common]
    return "\n".join(columns(rows))


def _row(name: str, a: Mapping[str, Any], b: Mapping[str, Any]):
    difference = 0.0 if a["value"] == b["value"] else b["value"] - a["value"]
    return (
        name,
        f"{a['value']:.4g}",
        f"{b['value']:.4g}",
        f"{difference:+.4g}",
        f"{a['real']['value']:.4g}",
        _verdict(a, b, difference),
    )


def _verdict(a: Mapping[str, Any], b: Mapping[str, Any], difference: float):
    if difference == 0:
        return "equal"
    if why_unusable(a) and why_unusable(b):
        return "none: noise scores as well"
    if _beyond_real(a) and _beyond_real(b):
        return "none: both score better than real examples, which says nothing"
    if None in (a["error"], b["error"]):
        return _better(difference, a["better"])
    error = math.hypot(a["error"], b["error"])
    z = abs(difference) / error if error else math.inf
    if z < 2:
        return f"no clear difference, {z:.1f} standard errors"
    return f"{_better(difference, a['better'])}, {z:.1f} standard errors"


def _beyond_real(score: Mapping[str, Any]):
    gain = score["value"] - score["real"]["value"]
    return gain > 0 if score["better"] == "higher" else gain < 0


def _better(difference: float, better: str):
    return "B is better" if (difference < 0) == (better == "lower") else "A is better"
