"""What a model that finds anomalies answers, and its threshold."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.metrics.threshold import Threshold, calibrate, far_out
from kgan.spaces import Endpoint, Images, Labels, Maps, Scalar
from kgan.spaces.maps import smoothed

_log = logging.getLogger("kgan")

# The names of verdicts, in the order of their numbers.
VERDICTS = ("normal", "anomalous")
# Shorter sides of an image that one sigma of the smoothing is.
_SIGMA = 32
# Held-out examples, at most, that decide the threshold after `fit`.
_MOST = 2000


class Detecting:
    """For games of images with the endpoint `score`: how strange is an image?

    `score` gives, for each image, its score, a map of where it is strange, and, once
    there is a threshold, its verdict. The score is of the image alone: no score is
    scaled by those of other images. Maps are of one scale for all images too.

    The threshold comes of normal images that the model has not learned from, by
    `calibrate`, or at the end of `fit` where this has validation data. It is saved with
    the model as one of its `notes`, and is part of an export. It holds for the weights
    that it was made with: after more training it is gone until it is made again.

    A model gives `detection` as its endpoint.

    Attributes:
        false_alarms: the share of normal images that may be found anomalous; for the
            threshold at the end of `fit`.
        map_sigma: of the Gaussian window over maps, in pixels; None for 1/32 of the
            shorter side.
        hottest: whether the score is the largest value of the map, which says more
            where an anomaly is small.
    """

    false_alarms = 0.05
    map_sigma: float | None = None
    hottest = False
    # Of the endpoint that is built.
    _limit: float | None = None

    @property
    def threshold(self) -> Threshold | None:
        """The `kgan.metrics.Threshold` of these weights; None if there is none."""
        note = self.notes.get("threshold")
        if note is None:
            return None
        # Also where a graph is built.
        with tf.init_scope():
            now = int(np.asarray(self.steps))
        if note["steps"] != now:
            return None
        return Threshold(**{name: note[name] for name in Threshold._fields})

    def calibrate(
        self,
        images: Any,
        false_alarms: float | None = None,
        confidence: float = 0.95,
        names: Sequence[str] | None = None,
    ) -> Threshold:
        """Sets the threshold by normal images that were held out of training.

        Images that are far stranger than the others are named in a warning: perhaps
        they are not normal.

        Args:
            images: normal; uint8, or float32 in [-1, 1], [n, *image_shape].
            false_alarms: the share of normal images that may be found anomalous.
                Default: that of the model.
            confidence: of the intervals.
            names: what a warning calls the images. Default: their numbers.

        Returns:
            The threshold, see `kgan.metrics.calibrate`.

        Raises:
            ValueError: as `kgan.metrics.calibrate`, or for images of another shape.
        """
        scores = self.endpoint("score")(images=images)["scores"]
        share = self.false_alarms if false_alarms is None else false_alarms
        found = calibrate(scores, share, confidence)
        names = names or [f"number {i}" for i in range(len(scores))]
        warn_of_strange(scores, names)
        steps = int(self.steps.numpy())
        self.notes["threshold"] = {**found._asdict(), "steps": steps}
        return found

    def detect(
        self, images: Any, batch_size: int | None = None
    ) -> dict[str, np.ndarray]:
        """How strange images are, and whether that is an alarm.

        Args:
            images: uint8, or float32 in [-1, 1], [n, *image_shape].
            batch_size: how many at a time.

        Returns:
            `scores` float32 [n], `maps` float32 [n, height, width], and `verdicts`
            int32 [n], 1 for anomalous.

        Raises:
            ValueError: if there is no threshold, or for images of another shape.
        """
        if self.threshold is None:
            raise ValueError(no_threshold(type(self).__name__))
        return self.endpoint("score")(batch_size, images=images)

    def detection(
        self, judge: Callable[[Any], tuple[Any, Any]], averaged: bool
    ) -> Endpoint:
        """The endpoint `score`.

        Args:
            judge: images -> (scores [batch], residuals [batch, *image_shape]), the map
                being the mean over channels of |residual|, smoothed.
            averaged: whether it is asked with averaged networks, with which the
                threshold is made.
        """
        space = self.spaces[0]
        sides = space.shape[:2]
        sigma = min(sides) / _SIGMA if self.map_sigma is None else self.map_sigma
        gives = {"scores": Scalar(), "maps": Maps(sides)}
        threshold = self.threshold
        decided = threshold is not None and (averaged or not self.averages)
        if decided:
            gives["verdicts"] = Labels(len(VERDICTS), VERDICTS)

        def score(images: Any):
            scores, residuals = judge(images)
            scores, residuals = (tf.cast(x, "float32") for x in (scores, residuals))
            maps = smoothed(tf.reduce_mean(tf.abs(residuals), axis=-1), sigma)
            if self.hottest:
                scores = tf.reduce_max(maps, axis=(1, 2))
            answers = {"scores": scores, "maps": maps}
            if decided:
                answers["verdicts"] = tf.cast(scores > threshold.value, tf.int32)
            return answers

        return Endpoint(score, {"images": space}, gives)

    # What a game does

    def endpoint(self, name: str, averaged: bool = True) -> Endpoint:
        threshold = self.threshold
        limit = threshold and threshold.value
        if limit != self._limit:
            # Built without verdicts, or with those of another threshold.
            self._asked.clear()
            self._limit = limit
        return super().endpoint(name, averaged)

    def about(self) -> dict[str, Any]:
        found = self.threshold
        if found is None:
            return super().about()
        facts = {**found._asdict(), "shares": list(found.shares)}
        facts["sentence"] = found.sentence()
        return {**super().about(), "threshold": facts}

    def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """As `Game.fit`; with validation data, which are normal, there is a threshold
        at the end."""
        held_out = getattr(kwargs.get("validation_data"), "source", None)
        if held_out is not None:
            callbacks = keras.tree.flatten(kwargs.get("callbacks") or ())
            # First, so that the last state that is saved has the threshold.
            kwargs["callbacks"] = [_Calibrate(held_out), *callbacks]
        return super().fit(x, *args, **kwargs)


class _Calibrate(keras.callbacks.Callback):
    """Sets the threshold of a model at the end of training."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self.source = source

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if not isinstance(self.source.space, Images):
            return
        try:
            images = held_out_images(self.source)
            found = self.model.calibrate(images)
        except ValueError as error:
            _log.warning("kgan: no threshold was set. %s", error)
            return
        _log.info("kgan: threshold %s", found.sentence())


def held_out_images(source: Any) -> np.ndarray:
    """Images of a set for a threshold: all in its order, or a sample of a large set.

    Args:
        source: a `kgan.data.Source` of images.

    Returns:
        float32 [n, *image_shape].

    Raises:
        ValueError: if the batches of the set have labels, so that not all are normal.
    """
    if len(source.spaces) > 1:
        raise ValueError(
            "Expected normal images alone for a threshold. Received: "
            f"{source.name} with {' and '.join(s.describe() for s in source.spaces)}. "
            "Read it without labels, and name its normal classes (--normal)."
        )
    if source.size > _MOST:
        return source.some(_MOST)
    (images,) = source.batches(source.size, shuffle=False).take(1)
    return np.asarray(images)


def warn_of_strange(scores: Any, names: Sequence[str]) -> list[str]:
    """Warns of examples that are far stranger than others that should be normal.

    Args:
        scores: [n].
        names: what the warning calls them.

    Returns:
        The names of the strange ones, the strangest first.
    """
    strange = [names[i] for i in far_out(scores)]
    if strange:
        _log.warning(
            "kgan: %d of %d images that should be normal are far stranger than the "
            "others: %s%s. Look at them: anomalies among normal images raise the "
            "threshold",
            len(strange),
            len(names),
            ", ".join(strange[:5]),
            ", ..." if len(strange) > 5 else "",
        )
    return strange


def no_threshold(what: str) -> str:
    """The message of an error where a threshold is missing.

    Args:
        what: the model or its path.
    """
    return (
        f"Expected a model with a threshold. Received: {what}, which has scores but no "
        "threshold for its weights. Make one of normal images that were held out of "
        "training: kgan calibrate SOURCE FOLDER --out FILE.keras, or "
        "model.calibrate(images); training with validation data (--validation) makes "
        "one at its end."
    )
