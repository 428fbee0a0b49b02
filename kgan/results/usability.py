"""Which scores say something: those that noise does not reach."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kgan.results.result import Result, number


def why_unusable(score: Mapping[str, Any]) -> str | None:
    """Says why a score is unusable, or returns None.

    A score is unusable where noise scores as well as the samples, or better than real
    examples. One score is better than another if they differ, in the direction
    `better`, by more than the square root of the sum of their squared errors.

    >>> real, noise = {"value": 0.2, "error": 0.1}, {"value": 12.7, "error": 0.4}
    >>> score = {"value": 13.0, "error": 0.3, "real": real, "noise": noise}
    >>> score |= {"better": "lower", "noise_reaches": False}
    >>> kgan.results.usability.why_unusable(score)
    'noise 12.7 +- 0.4, samples 13 +- 0.3'

    Args:
        score: an entry of `Result.scores`. It is judged if its `noise_reaches` is
            False, that is, if noise should not have what is scored.
    """
    if score.get("noise_reaches", True):
        return None
    noise, real = score["noise"], score["real"]
    if not _beats(score, noise, score["better"]):
        return f"noise {number(noise)}, samples {number(score)}"
    if _beats(noise, real, score["better"]):
        return f"noise {number(noise)}, real {number(real)}"
    return None


def unusable(result: Result) -> dict[str, str]:
    """The unusable scores of a result: name -> reason."""
    reasons = {name: why_unusable(score) for name, score in result.scores.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def sentence(reasons: Mapping[str, str]) -> str:
    """What to tell people about unusable scores.

    Args:
        reasons: as `unusable` returns it, not empty.
    """
    named = ", ".join(f"{name} ({reason})" for name, reason in reasons.items())
    return (
        "unusable, because noise scores as well as the samples or better than real: "
        f"{named}. Train longer, or choose another extractor or metric."
    )


def _beats(one: Mapping[str, Any], other: Mapping[str, Any], better: str):
    """Whether a score is better than another one by more than both errors."""
    gain = one["value"] - other["value"]
    gain = gain if better == "higher" else -gain
    # NaN beats nothing, and nothing beats NaN.
    return gain > math.hypot(one.get("error") or 0.0, other.get("error") or 0.0)
