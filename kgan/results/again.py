"""How to make two results comparable: the command that scores one as the other was."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from kgan.results.result import Result

# Sources with raw and averaged weights to choose from.
_CHOOSES = ("run", "keras", "training")
# What no command makes equal -> what to do.
_BY_HAND = {
    "shape": "Their generators make examples of different shapes: such scores are "
    "never comparable.",
    "digest of the extractor": "Both extractors have the same name and other weights: "
    "score both with the same file of weights.",
    "resize": "Both extractors have the same name and another resizing: score both "
    "with the same extractor.",
    "what the model says": "The numbers that the models give say different things, or "
    "nobody knows what they say, as of a server: such scores are not comparable. Score "
    "runs, .keras files or exports of models with one likelihood.",
    "the metric": "The metric has settings of its own: score both in Python, by "
    "kgan.evaluation.Evaluation with one instance of the metric.",
}


def remedy(a: Result, b: Result, causes: Sequence[str]) -> str:
    """What makes two results comparable.

    Args:
        a: the `Result` called A.
        b: the `Result` called B.
        causes: the conditions that differ, as `Difference.what`.

    Returns:
        Sentences for what no command can change; else the command `kgan evaluate` that
        scores one as the other was scored, or both again if kgan has another version.
        B is scored again, unless A has averaged weights where B has raw ones: each
        model has raw weights, but only some have averaged ones.
    """
    by_hand = [_BY_HAND[cause] for cause in causes if cause in _BY_HAND]
    if by_hand:
        return "\n".join(by_hand)
    stays, again, what = a, b, "Score B as A was scored"
    if _is_averaged(a) and b.samples["weights"] == "raw":
        stays, again, what = b, a, "Score A as B was scored"
    commands = [_command(again, stays, causes)]
    if "kgan" in causes:
        what = "Score both again with one version of kgan"
        commands.append(_command(stays, stays, causes))
    lines = "\n".join(f"    {command}" for command in commands)
    return f"{what}:\n\n{lines}"


def _is_averaged(result: Result):
    return result.samples["weights"] == "EMA" and result.samples["kind"] in _CHOOSES


def _command(result: Result, like: Result, causes: Sequence[str]) -> str:
    """The command that scores the source of `result` as `like` was scored."""
    samples, reference = result.samples, like.reference
    source = samples["source"]
    if samples["kind"] == "model":
        return f"# {source} is a model in Python: score it there in the same way"
    if samples["kind"] == "training":
        # It was scored while it trained; its weights of that time are in this file.
        source = f"{source}/best.keras"
    options = {"--samples": like.samples["count"], "--seed": samples["seed"]}
    options["--extractor"] = like.extractor["name"]
    if like.samples["weights"] in ("EMA", "raw") and samples["kind"] in _CHOOSES:
        options["--weights"] = like.samples["weights"].lower()
    if "dataset" in causes:
        options["--data"] = reference["dataset"]
    # Sets drawn by code have one split, "all", which is not named.
    if {"dataset", "split"} & set(causes) and reference["split"] != "all":
        options["--split"] = reference["split"]
    words = [str(word) for option in options.items() for word in option]
    return shlex.join(["kgan", "evaluate", source, *words])
