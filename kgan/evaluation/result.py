"""Scores that say how they were made."""

import dataclasses
import json
from pathlib import Path

from kgan.files import atomic_file

_FORMAT = "kgan scores 1"


@dataclasses.dataclass(frozen=True)
class Result:
    """The scores of one generator, as a JSON file holds them.

    Attributes:
        samples: the generated examples: source, kind, weights (EMA or raw), count,
            seed, sha256, and what is known of the training: recipe, model, epoch,
            steps.
        reference: the real ones: dataset, split, shape.
        extractor: name, digest, resize.
        scores: name -> value, error, how (what the error is), better (lower or
            higher), metric (class and arguments), against (the real examples and their
            counts), and the anchors floor and ceiling, values of the same kind.
        warnings: what to be wary of.
        kgan: the version.
    """

    samples: dict
    reference: dict
    extractor: dict
    scores: dict
    warnings: list
    kgan: str

    def write(self, path, replace=False):
        """Writes a JSON file, at once or not at all.

        Raises:
            FileExistsError: if `path` exists, and is not to be replaced.
        """
        path = Path(path)
        if path.exists() and not replace:
            raise FileExistsError(
                f"{path} exists, and nothing is overwritten. Choose another path."
            )
        content = {"format": _FORMAT, **dataclasses.asdict(self)}
        with atomic_file(path) as partial:
            partial.write_text(json.dumps(content, indent=2) + "\n")
        return path

    def table(self):
        """The scores as text."""
        rows = [("score", "value", "floor: real", "ceiling: noise", "better")]
        for name, score in self.scores.items():
            anchors = [number(score[anchor]) for anchor in ("floor", "ceiling")]
            rows.append((name, number(score), *anchors, score["better"]))
        lines = [*columns(rows), ""]
        lines += [f"{name}: {text}" for name, text in self.conditions().items()]
        return "\n".join([*lines, *(f"warning: {text}" for text in self.warnings)])

    def conditions(self):
        """How the scores were made, in words."""
        samples, reference = self.samples, self.reference
        shape = "x".join(map(str, reference["shape"]))
        trained = [
            f"{name} {samples[name]}"
            for name in ("model", "recipe", "epoch", "steps")
            if samples.get(name) is not None
        ]
        against = {
            f"{side['of']} ({side['count']})"
            for score in self.scores.values()
            for side in score["against"].values()
        }
        return {
            "samples": f"{samples['count']} of {samples['source']}, seed "
            f"{samples['seed']}, weights {samples['weights']}",
            "trained": ", ".join(trained) or "unknown",
            "data": f"{reference['dataset']} {reference['split']}, {shape}; against "
            f"{', '.join(sorted(against)) or 'nothing'}",
            "extractor": f"{self.extractor['name']} {self.extractor['digest'][:12]}. "
            f"{self.extractor['resize']}",
            "kgan": self.kgan,
        }


def read_result(path):
    """The `Result` in a JSON file.

    Raises:
        ValueError: if there is none.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text())
        if content.pop("format") != _FORMAT:
            raise ValueError("of another format")
        return Result(**content)
    except OSError as error:
        raise ValueError(f"The scores {path} cannot be read: {error}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"Expected scores written by kgan evaluate. Received: {path}, {error}."
        ) from None


def columns(rows):
    """Rows of strings as lines of aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def number(score, sign="+-"):
    """A value with its error, if it has one, as text."""
    error = "" if score["error"] is None else f" {sign} {score['error']:.2g}"
    return f"{score['value']:.4g}{error}"
