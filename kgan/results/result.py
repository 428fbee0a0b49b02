"""Scores, together with how they were made."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kgan.system import json_numbers
from kgan.system.files import atomic_file
from kgan.system.text import columns

_FORMAT = "kgan scores 2"
_ANCHORS = ("real", "noise")


@dataclasses.dataclass(frozen=True)
class Result:
    """The scores of one generator, as stored in a JSON file.

    >>> result = kgan.evaluation.Result(
    ...     samples={}, reference={}, extractor={}, scores={}, warnings=[], kgan="0.1"
    ... )
    >>> path = result.write("001.json")
    >>> kgan.evaluation.read_result(path) == result
    True

    Attributes:
        samples: the generated examples: source, kind, weights (EMA or raw), count,
            seed, sha256, and what is known about the training: recipe, model, epoch,
            steps, started_from (the networks that it began with).
        reference: the real examples: dataset, split, shape.
        extractor: name, digest, resize.
        scores: name -> value, error, how (what the error is), better (lower or
            higher), metric (class and arguments), against (the real examples and their
            counts), and the anchors real and noise, which have the same form; where a
            model scores real images, says (what its numbers say, or None).
        warnings: sentences on scores that may be biased.
        kgan: the version of kgan.
    """

    samples: dict
    reference: dict
    extractor: dict
    scores: dict
    warnings: list
    kgan: str

    def write(self, path: str | Path, replace: bool = False) -> Path:
        """Writes a JSON file, either completely or not at all.

        Infinite scores, such as the PSNR of equal images, are the string "Infinity".

        Args:
            path: the file.
            replace: whether an existing file is replaced.

        Returns:
            The path.

        Raises:
            FileExistsError: if `path` exists and `replace` is False.
        """
        path = Path(path)
        if path.exists() and not replace:
            raise FileExistsError(
                f"Expected a new file. Received: {path}, which exists, and nothing is "
                "overwritten. Choose another path."
            )
        content = {"format": _FORMAT, **dataclasses.asdict(self)}
        with atomic_file(path) as partial:
            partial.write_text(json_numbers.dumps(content) + "\n")
        return path

    def table(self) -> str:
        """Returns the scores as a text table, with their conditions and warnings."""
        rows = [("score", "value", "real", "noise", "better")]
        for name, score in self.scores.items():
            anchors = [number(score[anchor]) for anchor in _ANCHORS]
            rows.append((name, number(score), *anchors, score["better"]))
        lines = [*columns(rows), ""]
        lines += [f"{name}: {text}" for name, text in self.conditions().items()]
        return "\n".join([*lines, *(f"warning: {text}" for text in self.warnings)])

    def conditions(self) -> dict[str, str]:
        """Returns how the scores were made: name of a condition -> text."""
        samples, reference = self.samples, self.reference
        shape = "x".join(map(str, reference["shape"]))
        trained = [
            f"{name} {samples[name]}"
            for name in ("model", "recipe", "epoch", "steps")
            if samples.get(name) is not None
        ]
        if "started_from" in samples:
            trained.append(f"started from {samples['started_from']}")
        against = {
            f"{side['of']} ({side['count']})"
            for score in self.scores.values()
            for side in score["against"].values()
        }
        says = {score["says"] for score in self.scores.values() if score.get("says")}
        return {
            **({"the model says": "; ".join(sorted(says))} if says else {}),
            "samples": f"{samples['count']} of {samples['source']}, seed "
            f"{samples['seed']}, weights {samples['weights']}",
            "trained": ", ".join(trained) or "unknown",
            "data": f"{reference['dataset']} {reference['split']}, {shape}; against "
            f"{', '.join(sorted(against)) or 'nothing'}",
            "extractor": f"{self.extractor['name']} {self.extractor['digest'][:12]}. "
            f"{self.extractor['resize']}",
            "kgan": self.kgan,
        }


def read_result(path: str | Path) -> Result:
    """Reads a `Result` from a JSON file.

    Args:
        path: the file.

    Raises:
        ValueError: if the file cannot be read or is not a result.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text())
        form = content.pop("format")
        if form != _FORMAT:
            raise ValueError(
                f"which has the format {form!r}, not {_FORMAT!r}: evaluate again"
            )
        for score in content["scores"].values():
            for numbers in (score, *(score[anchor] for anchor in _ANCHORS)):
                _restore(numbers)
        return Result(**content)
    except OSError as error:
        raise ValueError(
            f"Expected a file of scores. Received: {path}, which cannot be read: "
            f"{error}."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"Expected scores written by kgan evaluate. Received: {path}, {error}."
        ) from None


def _restore(numbers: dict[str, Any]):
    """Makes numbers of the strings that stand for infinity and NaN."""
    for name in ("value", "error"):
        numbers[name] = json_numbers.number(numbers[name])


def number(score: Mapping[str, Any], sign: str = "+-") -> str:
    """Formats a score.

    Args:
        score: has a value, and an error or None.
        sign: stands between value and error.

    Returns:
        Text such as "10.71 +- 0.088"; only the value if the error is None.
    """
    error = "" if score["error"] is None else f" {sign} {score['error']:.2g}"
    return f"{score['value']:.4g}{error}"
