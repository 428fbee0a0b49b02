"""Models that find anomalies: run, `.keras` file, export or server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kgan.core.game import Game
from kgan.evaluation.opening import no_source
from kgan.metrics import Threshold
from kgan.runs.config import is_run
from kgan.runs.loading import load_model
from kgan.serving.client import Client, is_address
from kgan.spaces import Images

# Images per question; a map is an array of numbers, which is long over REST.
_BLOCK = 32


class Detector:
    """A model of any kind, reduced to saying how strange images are.

    >>> model = kgan.AutoEncoder((28, 28, 1), 4, hidden=(8,), seed=0)
    >>> detector = kgan.evaluation.open_detector(model)
    >>> pixels = np.zeros((2, 28, 28, 1), "uint8")
    >>> sorted(detector.ask(pixels)), detector.decides
    (['maps', 'scores'], False)

    Args:
        source: the path or address of the model.
        kind: "run", "keras", "savedmodel", "server" or "model".
        space: of the images that it takes.
        question: uint8 images [n, height, width, channels] -> `scores`, `maps` and
            perhaps `verdicts`.
        decides: whether it gives verdicts.
        threshold: by which; None if there is none, or nobody says it.
    """

    def __init__(
        self,
        source: Any,
        kind: str,
        space: Images,
        question: Callable[[np.ndarray], Mapping[str, np.ndarray]],
        decides: bool,
        threshold: Threshold | None,
    ) -> None:
        self.source, self.kind, self.space = str(source), kind, space
        self.decides, self.threshold = decides, threshold
        self._question = question

    def ask(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """How strange images are.

        Args:
            images: uint8 [n, height, width, channels].

        Returns:
            `scores` float32 [n], `maps` float32 [n, height, width] and, if it
            `decides`, `verdicts` int32 [n], 1 for anomalous.
        """
        starts = range(0, len(images), _BLOCK)
        parts = [self._question(images[i : i + _BLOCK]) for i in starts]
        return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def open_detector(source: Any, weights: str = "auto") -> Detector:
    """Opens a path, an address or a model as a `Detector`.

    Args:
        source: as for `open_samples`.
        weights: "raw" for networks as trained, without verdicts where there is an
            average; "auto" for averaged ones if there are some.

    Raises:
        ValueError: if the source does not exist, or has no endpoint `score` from images
            to scores and maps.
        kgan.serving.ServerError: if a server refuses, fails or cannot be reached.
    """
    if isinstance(source, Game):
        return _of_model(source, "model", source.name, weights)
    if is_address(str(source)):
        client = Client(source)
        return _of_signatures(
            client.address, "server", client.signatures(), client.predict
        )
    path = Path(source)
    if is_run(path) or (path.suffix == ".keras" and path.is_file()):
        kind = "run" if is_run(path) else "keras"
        return _of_model(load_model(path), kind, path, weights)
    if (path / "saved_model.pb").is_file():
        from kgan.evaluation.export import open_signatures

        signatures, ask = open_signatures(path)
        threshold = _threshold_of(path)
        return _of_signatures(path, "savedmodel", signatures, ask, threshold)
    raise ValueError(no_source(path))


def _of_model(model: Game, kind: str, source: Any, weights: str):
    names = list(model.endpoints())
    if "score" not in names:
        raise ValueError(_no_score(source, names))
    endpoint = model.endpoint("score", weights != "raw")
    space = endpoint.takes.get("images")
    if "maps" not in endpoint.gives or not isinstance(space, Images):
        raise ValueError(_no_score(source, names))
    decides = "verdicts" in endpoint.gives
    threshold = model.threshold if decides else None
    return Detector(
        source, kind, space, lambda x: endpoint(images=x), decides, threshold
    )


def _of_signatures(
    source: Any,
    kind: str,
    signatures: Mapping[str, Any],
    ask: Callable[[str, dict[str, Any]], Mapping[str, np.ndarray]],
    threshold: Threshold | None = None,
):
    signature = signatures.get("score")
    if signature is None or not {"scores", "maps"} <= signature.outputs.keys():
        raise ValueError(_no_score(source, list(signatures)))
    shape = signature.inputs["images"].shape[1:]
    return Detector(
        source,
        kind,
        Images(tuple(shape)),
        lambda images: ask("score", {"images": images}),
        "verdicts" in signature.outputs,
        threshold,
    )


def _threshold_of(path: Path):
    """What the card of an export says of its threshold, or None."""
    # Imported here, because the card module imports the scores of evaluations.
    from kgan.serving import card

    try:
        known = card.read(path)["model"]["about"]["threshold"]
        # Infinite bounds are words there.
        numbers = {name: float(known[name]) for name in Threshold._fields}
        return Threshold(**numbers | {"count": int(numbers["count"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _no_score(source: Any, names: list[str]):
    return (
        "Expected a model with an endpoint `score` from images to scores and maps: "
        "fanogan, anogan, vae, autoencoder or began. Received: "
        f"{source} with {', '.join(names) or 'no endpoint'}."
    )
