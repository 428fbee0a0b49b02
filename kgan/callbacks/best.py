"""The best generator of a run, on disk."""

import dataclasses
import json
import logging
import math
from pathlib import Path

from kgan.files import atomic_file

_log = logging.getLogger("kgan")


class Best:
    """Keeps the generator of the best score as best.keras, with best.json beside it.

    Args:
        folder: where they are.
        by: the name of the score.
        better: "lower" or "higher".
        made: name -> JSON value: what scores have in common that can be compared.
    """

    def __init__(self, folder, by, better, made):
        self.network_path = Path(folder) / "best.keras"
        self.score_path = Path(folder) / "best.json"
        self.by = by
        # As it is read again: tuples become lists.
        made = {"by": by, "better": better, **made}
        self.made = json.loads(json.dumps(made))
        self._sign = 1.0 if better == "higher" else -1.0
        self._value = None

    def resume(self, epochs):
        """Goes on with what is kept, if it is of this run as it stands.

        Args:
            epochs: the number done. What is kept of later ones will be made again.

        Raises:
            ValueError: if best.json is damaged.
        """
        self._value = None
        try:
            kept = json.loads(self.score_path.read_text())
            reasons = [
                f"its {name} was {kept['made'].get(name)!r}, and is {value!r}"
                for name, value in self.made.items()
                if kept["made"].get(name) != value
            ]
            if kept["epochs"] > epochs:
                reasons.append(
                    f"it is of epoch {kept['epochs']}, and {epochs} are done"
                )
            if not reasons:
                self._value = kept["scores"][self.by]["value"]
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{self.score_path} is damaged ({error!r}). Remove it, and the best "
                "generator is looked for from here on."
            ) from None
        if reasons:
            _log.warning(
                "kgan: %s will be replaced: %s", self.network_path, "; ".join(reasons)
            )

    def offer(self, network, epochs, scores):
        """Keeps `network` if it is the best so far.

        Args:
            network: a `keras.Model`.
            epochs: the number done.
            scores: name -> `kgan.metrics.Value`.

        Returns:
            Whether it is.
        """
        value = scores[self.by].value
        if not math.isfinite(value):
            return False
        if self._value is not None and self._sign * (value - self._value) <= 0:
            return False
        with atomic_file(self.network_path) as partial:
            network.save(partial)
        record = {
            "epochs": epochs,
            "scores": {name: dataclasses.asdict(s) for name, s in scores.items()},
            "made": self.made,
        }
        with atomic_file(self.score_path) as partial:
            partial.write_text(json.dumps(record, indent=2) + "\n")
        self._value = value
        return True
