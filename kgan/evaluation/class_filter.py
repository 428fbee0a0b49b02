"""Which generated images show the class that they were made for."""

from __future__ import annotations

import numpy as np

from kgan.metrics.classifier import train_classifier

# From this number of real images on, a tenth of them tests the classifier.
_TESTED = 500


class ClassFilter:
    """Says which images are of the class that they were made for.

    A classifier learns from real labelled images; of many, the first tenth tests it.

    >>> from kgan.evaluation.class_filter import ClassFilter
    >>> images = np.repeat([0, 255], 32 * 64).reshape(64, 8, 8, 1).astype("uint8")
    >>> labels = np.repeat([0, 1], 32)
    >>> agrees = ClassFilter(images, labels, 2, 0.6, steps=40)
    >>> agrees(images[:2], label=0) >= 0.6
    array([ True,  True])

    Args:
        images: real, uint8 [n, height, width, channels].
        labels: integers [n].
        classes: the number of classes.
        confidence: the least probability of an image that agrees.
        steps: of the classifier's training.
        seed: of the classifier.

    Attributes:
        confidence: as above.
        about: the numbers for a manifest; `accuracy` is None where nothing tests it.
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        classes: int,
        confidence: float,
        steps: int = 1000,
        seed: int = 0,
    ) -> None:
        self.confidence = confidence
        held = len(images) // 10 if len(images) >= _TESTED else 0
        learned = images[held:], labels[held:]
        self._classifier = train_classifier(*learned, classes, steps, seed)
        accuracy = None
        if held:
            accuracy = self._classifier.accuracy(images[:held], labels[:held])
        self.about = {
            "confidence": confidence,
            "classifier": {
                "real_images": len(images) - held,
                "steps": steps,
                "seed": seed,
                "accuracy": accuracy,
                "accuracy_of": held,
            },
        }

    def __call__(self, images: np.ndarray, label: int) -> np.ndarray:
        """The probability that each image is of class `label`, float32 [n]."""
        return self._classifier.probabilities(images)[:, label]
