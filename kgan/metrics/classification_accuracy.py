"""Classification accuracy score (CAS), Ravuri and Vinyals 2019, "Classification
accuracy score for conditional generative models", https://arxiv.org/abs/1905.10887.

A classifier learns from generated examples, with the labels that were asked for, and is
tested on real ones. What a generator leaves out or mixes up, the classifier does not
learn, whatever the images look like. The paper's classifier is a ResNet-50 on ImageNet.
Here, it is `kgan.metrics.classifier`: only scores of this classifier and of equal steps
are comparable. In an evaluation, the score of real examples is that of the same
classifier, trained on as many real examples that the generator learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kgan.metrics.agreement import check_known
from kgan.metrics.class_frechet import check_labels
from kgan.metrics.classifier import train_classifier
from kgan.metrics.examples import check_alike, images
from kgan.metrics.metric import SampleMetric
from kgan.metrics.precision_recall import share
from kgan.metrics.value import Value
from kgan.system.checks import check_whole


@keras.saving.register_keras_serializable("kgan")
class ClassificationAccuracyScore(SampleMetric):
    """Streaming accuracy on real images of a classifier trained on generated ones.

    The sides `real_labels` and `labels` hold the classes of the images in `real` and
    `fake`. The real images are held out, if the data holds any out.

    >>> labels = np.arange(64) % 2
    >>> metric = kgan.metrics.ClassificationAccuracyScore(steps=30)
    >>> marked = np.where(labels[:, None, None, None] == 1, images, -images / 2 - 0.5)
    >>> values = metric.score(marked, marked, real_labels=labels, labels=labels)
    >>> values["classification_accuracy_score"].how
    'standard error over 64 real examples; a classifier of 30 steps on 64 generated'

    Args:
        steps: of the classifier, batches of 64 images.
        capacity: the largest number of images per side.

    Raises:
        ValueError: for `steps` or a capacity below 1.
    """

    needs = "images"
    sides = ("real", "fake", "real_labels", "labels")
    better = {
        "classification_accuracy_score": "higher",
        "worst_class_accuracy": "higher",
    }
    real_side = "unseen"
    stand_in = "reference"

    def __init__(
        self,
        steps: int = 1000,
        capacity: int = 10_000,
        name: str = "classification_accuracy_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(capacity, name=name, dtype=dtype)
        self.steps = check_whole("steps", steps)

    def check(self, shape: Sequence[int]) -> None:
        if min(shape[:2]) < 2:
            raise ValueError(
                f"Expected images of at least 2x2 pixels for {self.name}. "
                f"Received: {shape[0]}x{shape[1]}."
            )

    def score(
        self,
        real: np.ndarray | None,
        fake: np.ndarray,
        *,
        real_labels: Any = None,
        labels: Any = None,
        seed: int = 0,
    ) -> dict[str, Value]:
        """See `Metric.score`.

        Args:
            real: images [n, height, width, channels] in [-1, 1].
            fake: generated images [m, height, width, channels] in [-1, 1].
            real_labels: integers [n], the classes of `real`.
            labels: integers [m], the classes of `fake`.
            seed: of the classifier.

        Raises:
            ValueError: for other shapes, one class, a class of fewer than 2 real
                images, labels that no real image has, or a class without generated
                images.
        """
        real, fake = images(real, "real images"), images(fake, "images")
        check_alike(real, fake)
        self.check(real.shape[1:])
        real_labels = check_labels(real_labels, len(real), "real_labels")
        labels = check_labels(labels, len(fake), "labels")
        check_known(labels, real_labels)
        classes, numbers = np.unique(real_labels, return_inverse=True)
        without = np.setdiff1d(classes, labels)
        if without.size:
            raise ValueError(
                f"Expected generated images of each of {len(classes)} classes. "
                f"Received: none of class {without[0]} among {len(fake)}. Generate "
                "more."
            )
        numbered = np.searchsorted(classes, labels)
        trained = train_classifier(fake, numbered, len(classes), self.steps, seed)
        right = trained.predict(real).argmax(axis=1) == numbers
        of_classes = [right[numbers == i] for i in range(len(classes))]
        worst = int(np.argmin([part.mean() for part in of_classes]))
        value, of_worst = (
            share(float(part.mean()), len(part), "real")
            for part in (right, of_classes[worst])
        )
        by = f"a classifier of {self.steps} steps on {len(fake)} generated"
        return {
            "classification_accuracy_score": Value(
                value.value, value.error, f"{value.how}; {by}"
            ),
            "worst_class_accuracy": Value(
                of_worst.value,
                of_worst.error,
                f"class {classes[worst]}; {of_worst.how}; {by}",
            ),
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "steps": self.steps}
