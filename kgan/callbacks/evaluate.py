"""Scores a generator while it trains, and keeps the best one."""

import logging
import math

import keras
import numpy as np

from kgan import seeds
from kgan._version import __version__
from kgan.callbacks.best import Best
from kgan.callbacks.board import BoardCallback
from kgan.callbacks.budget import Budget
from kgan.distribute import is_chief
from kgan.metrics import extractors
from kgan.metrics import get as get_metric

_log = logging.getLogger("kgan")

_BATCH, _SEED = 250, 0


class Evaluate(BoardCallback):
    """Scores samples of fixed latents every few epochs; keeps the best generator.

    The scores go to TensorBoard and into the logs, so that `fit`'s history and
    `keras.callbacks.CSVLogger` after this callback have them; NaN for epochs without.
    Before the first epoch the untrained generator is scored: what cannot be scored is
    an error then, and not hours later.

    The (averaged) generator with the best score so far is `log_dir`/best.keras; how it
    scored, and how that was measured, is best.json beside it. A resumed run goes on
    with the best of before. Training is the same with or without: nothing that it draws
    is drawn here. Which epochs are scored depends on the time, if `budget` binds.

    Put it after `keras.callbacks.TensorBoard`, which would plot the scores again.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        data: the `kgan.data.Source` of held-out examples.
        metrics: names, configs or instances of `kgan.metrics`, which do not need the
            training set. The first score of the first one decides which is the best.
        extractor: what features are of, see `kgan.metrics.extractors.get`.
        every: epochs between evaluations, at least 1.
        samples: the number of samples, and the most held-out examples to compare with.
            Scores of other numbers cannot be compared with these.
        budget: the largest share of the time that evaluation may take, in (0, 1]; above
            it, evaluations are left out. None: no limit.

    Raises:
        ValueError: for arguments out of range; before the first epoch, if there are too
            few examples for a metric, or of another shape than the samples.
    """

    def __init__(
        self,
        log_dir,
        data,
        *,
        metrics=("frechet_distance",),
        extractor="lenet",
        every=1,
        samples=2000,
        budget=0.1,
    ):
        super().__init__(log_dir)
        if every < 1 or samples < 2:
            raise ValueError(
                "Expected every >= 1 and samples >= 2. "
                f"Received: every={every}, samples={samples}."
            )
        self.metrics = _resolved(metrics)
        self.extractor = extractors.get(extractor)
        self.data = data
        self.every = every
        self.samples = samples
        self._budget = Budget(budget)
        self._better = {n: b for m in self.metrics for n, b in m.better.items()}
        self._real = None

    def on_train_begin(self, logs=None):
        self._budget.start()
        self._began = self._left_out = False

    def on_epoch_begin(self, epoch, logs=None):
        if self._began or not is_chief(self.model.distribute_strategy):
            return
        self._began = True
        by, better = next(iter(self._better.items()))
        self._best = Best(self.log_dir, by, better, self._made())
        self._best.resume(epoch)
        if epoch == 0:
            self._evaluate(0)

    def on_epoch_end(self, epoch, logs=None):
        if not is_chief(self.model.distribute_strategy):
            return
        numbers = dict.fromkeys(self._better, math.nan)
        if (epoch + 1) % self.every == 0 and self._within_budget():
            scores = self._evaluate(epoch + 1)
            numbers.update({name: score.value for name, score in scores.items()})
            if scores:
                self._best.offer(self.model.sampler, epoch + 1, scores)
        if logs is not None:
            logs.update(numbers)

    # Scores

    def _evaluate(self, epochs):
        """name -> `Value`, after so many epochs; none for samples with NaN."""
        with self._budget.spending():
            if self._real is None:
                self._real = self._seen(_real_batches(self.data, self.samples))
            fake = self._seen(self._fake_batches())
            if not all(np.isfinite(values).all() for values in fake.values()):
                _log.warning(
                    "kgan: samples after epoch %d have NaN and no score", epochs
                )
                return {}
            scores = {}
            for metric in self.metrics:
                real = self._real[metric.needs] if "real" in metric.sides else None
                scores.update(metric.score(real, fake[metric.needs], seed=_SEED))
        self.plot({f"evaluation/{n}": s.value for n, s in scores.items()}, epochs)
        return scores

    def _seen(self, batches):
        """What the metrics need of images: features, logits, or the images."""
        needs = {metric.needs for metric in self.metrics}
        seen = {need: [] for need in needs}
        for images in batches:
            if needs & {"features", "logits"}:
                outputs = self.extractor(images)._asdict()
                for need in needs & outputs.keys():
                    seen[need].append(outputs[need].numpy())
            for need in needs & {"images", "points"}:
                seen[need].append(images)
        return {need: np.concatenate(parts) for need, parts in seen.items()}

    def _fake_batches(self):
        # What model.generate(samples, seed) makes, a part at a time.
        shape = (self.samples, self.model.latent_dim)
        seed = next(seeds.stream(_SEED))
        latents = self.model.latent_prior.sample(shape, seed)
        for i in range(0, self.samples, _BATCH):
            yield self.model.synthesize(latents[i : i + _BATCH], _BATCH)

    def _within_budget(self):
        if self._budget.allows():
            return True
        if not self._left_out:
            _log.warning(
                "kgan: evaluations are left out to take at most %g of the time; "
                "Evaluate(budget=...) sets it",
                self._budget.share,
            )
        self._left_out = True
        return False

    def _made(self):
        """What scores must have in common to be compared."""
        averaged = self.model.sampler is not self.model.generator
        prior = keras.saving.serialize_keras_object(self.model.latent_prior)
        size, count = _real_size(self.data, self.samples)
        return {
            "samples": self.samples,
            "seed": _SEED,
            "real": size * count,
            "data": self.data.name,
            "metrics": [{m.name: m.get_config()} for m in self.metrics],
            "extractor": self.extractor.name,
            "digest": self.extractor.digest,
            "resize": self.extractor.resize,
            "weights": "averaged" if averaged else "raw",
            "prior": {prior["class_name"]: prior["config"]},
            "kgan": __version__,
        }


def _resolved(identifiers):
    made = [get_metric(identifier) for identifier in identifiers]
    names = [name for metric in made for name in metric.better]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            "Expected metrics, at least one, whose scores have different names. "
            f"Received: scores {names}."
        )
    for metric in made:
        if not set(metric.sides) <= {"real", "fake"}:
            raise ValueError(
                f"Expected metrics of real and generated examples. Received: "
                f"{metric.name}, which needs {', '.join(metric.sides)}."
            )
    return made


def _real_size(source, at_most):
    """(batch size, number of batches)"""
    size = min(_BATCH, at_most, source.size)
    return size, min(at_most, source.size) // size


def _real_batches(source, at_most):
    size, count = _real_size(source, at_most)
    for batch in source.batches(size, seed=_SEED).take(count):
        yield np.asarray(batch[0] if isinstance(batch, tuple) else batch)
