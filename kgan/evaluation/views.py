"""Turns examples into what metrics need, such as features."""

from __future__ import annotations

import weakref

import numpy as np

from kgan.evaluation.reals import Side
from kgan.evaluation.references import outputs_of
from kgan.metrics.extractors import Extractor
from kgan.spaces import to_float


class Views:
    """Turns sides of a comparison into the arrays that metrics need.

    The extractor computes the outputs of each `Side` once.

    Args:
        extractor: gives features and logits.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor
        self._outputs = weakref.WeakKeyDictionary()
        self._channels = weakref.WeakKeyDictionary()

    def of(self, side: Side, needs: str) -> np.ndarray:
        """Returns the array that a metric scores.

        Args:
            side: the examples.
            needs: what the metric needs of this side, see `Metric.needs_of`.

        Returns:
            For "labels" and "classes", int32 [n]. For "scores", float32 [n]. For
            "log_weights", float32 [n, k]. For "points", float32 [n, d]. For
            "molecules", packed graphs, uint8 [n, nodes, nodes]. For "images",
            float32 [n, height, width, channels] in [-1, 1]. For "features", float32
            [n, d]. For "logits", float32 [n, classes]. For "channel_logits", float32
            [n, channels, classes].

        Raises:
            ValueError: as `Extractor.extract`.
        """
        if needs == "labels":
            return side.labels
        if needs in ("points", "molecules", "scores", "classes", "log_weights"):
            return side.examples
        if needs == "images":
            return to_float(side.examples).numpy()
        if needs == "channel_logits":
            n, _, _, channels = side.examples.shape
            logits = self._outputs_of(self._channels_of(side)).logits
            return logits.reshape(n, channels, -1)
        outputs = self._outputs_of(side)
        return outputs.features if needs == "features" else outputs.logits

    def _outputs_of(self, side: Side):
        if side not in self._outputs:
            self._outputs[side] = (
                outputs_of(side, self.extractor)
                if side.kept
                else self.extractor.extract(side.examples)
            )
        return self._outputs[side]

    def _channels_of(self, side: Side):
        """Returns a `Side` with each channel of each image as a gray image."""
        if side not in self._channels:
            n, height, width, channels = side.examples.shape
            # [n, height, width, channels] -> [n * channels, height, width, 1]
            gray = side.examples.transpose(0, 3, 1, 2)
            gray = gray.reshape(n * channels, height, width, 1)
            self._channels[side] = Side(f"channels of {side.what}", gray, side.kept)
        return self._channels[side]
