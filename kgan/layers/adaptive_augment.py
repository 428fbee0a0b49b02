"""Augmentation as strong as D's overfitting asks."""

from __future__ import annotations

import math
from typing import Any

import keras
import tensorflow as tf

from kgan.distribute.replicas import mean_over_replicas
from kgan.layers import color_matrices, motions
from kgan.layers.augmentation import Augmentation
from kgan.layers.chance import Chance
from kgan.layers.warp import blit, warp
from kgan.system.checks import check_whole

# Letter -> how many uniform and normal numbers its changes need.
_NUMBERS = {"b": (7, 0), "g": (7, 4), "c": (8, 3)}


@keras.saving.register_keras_serializable("kgan")
class AdaptiveAugment(Augmentation):
    """ADA: each change of an image happens with probability p, which D controls.

    With few images, D overfits: it is sure of the real images, and its gradient no
    longer helps G. Karras et al. 2020 (arXiv 2006.06676) show D changed images only,
    and measure the overfitting by r_t, the mean sign of D's logits of real images:

        every k steps:  p <- clip(p + sign(r_t - target) n / images, 0, 1),

    where n is the number of images since the last change of p. The authors bound p by 0
    only; here 1 bounds it too, because p is a probability.

    The changes, in this order, by the letters of `policy`:

        b, pixel blitting:  flip of left and right; rotation by 90 degrees, 0 to 3
                            times; translation by whole pixels, up to 1/8 of each side
        g, geometry:        scale 2^N(0, 0.2^2); rotation; scale s and 1 / s of the two
                            sides, s = 2^N(0, 0.2^2); rotation; translation by
                            N(0, 0.125^2) of each side
        c, color:           brightness + N(0, 0.2^2); contrast x 2^N(0, 0.5^2); flip of
                            luma; rotation of hue; saturation x 2^N(0, 1)

    Each rotation of g happens with probability 1 - sqrt(1 - p). Gray images have no hue
    and no saturation. Beyond the border of an image is its mirror image. Geometry works
    on images of twice the size, made and reduced by the orthogonal wavelet `sym6`. At
    p = 0, g changes images by rounding only (1e-6), and b and c not at all.

    Two details differ from the authors' code. They move images once, by the product of
    all motions; here b copies pixels first, so that flips and quarter turns stay exact,
    where the filter, which is not symmetric, would move them by 0.4 pixels. And the
    mirror images have no end, where the authors' end after one image.

    The game calls `monitor` in D's loss, which logs `augment/p` and `augment/r_t`, and
    `after_step` at the end of each step. r_t says nothing of a D that only compares
    real with fake images (`RpGAN`): give such a game a `Schedule`.

        >>> augment = kgan.layers.AdaptiveAugment(p=0.5, policy="bc", seed=0)
        >>> augment(images, training=True).shape
        TensorShape([64, 28, 28, 1])

    Args:
        p: the probability at first, in [0, 1]; or a `kgan.schedules.Schedule`, or its
            Keras config: then p follows the images seen (as in R3GAN, arXiv
            2501.05441) and not D, and `target` has no effect.
        target: what r_t shall be, in (-1, 1); None for a p that stays.
        images: how many images it takes to move p from 0 to 1, above 0.
        every: the number of steps between two changes of p, at least 1.
        policy: letters of the changes.
        seed: integer, or None for a random seed.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: [batch, height, width, channels] -> the same shape. With c, there are 1 or 3
    channels.

    Raises:
        ValueError: if an argument is out of range; when built, for other shapes.
    """

    def __init__(
        self,
        p: Any = 0.0,
        target: float | None = 0.6,
        images: float = 500_000,
        every: int = 4,
        policy: str = "bgc",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        if isinstance(p, dict):
            p = keras.saving.deserialize_keras_object(p)
        if not callable(p) and not isinstance(p, (int, float)):
            raise ValueError(
                "Expected p as a number or a kgan.schedules.Schedule. "
                f"Received: p={p!r}."
            )
        self.schedule = p if callable(p) else None
        self.first_p = float(p(0) if callable(p) else p)
        self.target = target
        self.images = images
        self.every = check_whole("every", every)
        self.policy = policy
        self._check()
        self.p = self._number("p", self.first_p)
        self.sign_sum = self._number("sign_sum", 0.0)
        self.sign_count = self._number("sign_count", 0.0)

    def augment(self, images: tf.Tensor, rows: Any) -> tf.Tensor:
        height, width, channels = images.shape[1:]
        uniform, normal = (
            sum(_NUMBERS[letter][kind] for letter in self.policy) for kind in range(2)
        )
        chance = Chance(self.draws, rows, self.p, uniform, normal, images.dtype)
        if "b" in self.policy:
            images = blit(images, motions.draw_blits(chance, height, width))
        if "g" in self.policy:
            images = warp(images, motions.draw_geometry(chance, height, width))
        if "c" in self.policy:
            matrix = color_matrices.draw(chance, channels)
            images = color_matrices.apply(images, matrix)
        return images

    # The controller

    def monitor(self, real_logits: Any, fake_logits: Any) -> dict[str, tf.Tensor]:
        """What the game logs: p, and r_t = the mean sign of D(x).

        Args:
            real_logits: D's logits of augmented real images, a tensor of any shape or a
                list of tensors.
            fake_logits: those of generated images, which ADA does not use.
        """
        signs = [
            tf.reshape(tf.sign(tf.cast(logits, "float32")), [-1])
            for logits in tf.nest.flatten(real_logits)
        ]
        return {
            "augment/p": tf.convert_to_tensor(self.p),
            "augment/r_t": tf.reduce_mean(tf.concat(signs, 0)),
        }

    def after_step(self, game: Any) -> None:
        """Moves p, at the end of a training step.

        Args:
            game: with the scalars that this step logs in `watched`, and `steps`,
                `batch_size` and `images_seen` after this step.

        Raises:
            ValueError: if there is a target, and D's loss did not call `monitor`.
        """
        if self.schedule is not None:
            p = self.schedule(game.images_seen)
            self.p.assign(tf.clip_by_value(p, 0.0, 1.0))
        elif self.target is not None:
            self._follow(game)

    def _follow(self, game: Any):
        if "augment/r_t" not in game.watched:
            raise ValueError(
                "Expected a game whose D's loss calls `augment.monitor`, or "
                f"AdaptiveAugment with target=None. Received: {type(game).__name__}."
            )
        batch = tf.cast(game.batch_size, "float32")
        sign = mean_over_replicas(game.watched["augment/r_t"])
        total = self.sign_sum + tf.cast(sign, "float32") * batch
        count = self.sign_count + batch
        due = tf.equal(tf.cast(game.steps, "int64") % self.every, 0)
        change = tf.sign(total / count - self.target) * count / self.images
        p = tf.clip_by_value(self.p + change, 0.0, 1.0)
        self.p.assign(tf.where(due, p, self.p))
        self.sign_sum.assign(tf.where(due, 0.0, total))
        self.sign_count.assign(tf.where(due, 0.0, count))

    def _number(self, name: str, value: float):
        return self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(value),
            dtype="float32",
            trainable=False,
            name=name,
        )

    # Checks and config

    def _check(self):
        if not 0.0 <= self.first_p <= 1.0:
            raise ValueError(
                "Expected p in [0, 1], or a schedule that begins there. "
                f"Received: p={self.first_p}."
            )
        if self.target is not None and not -1.0 < self.target < 1.0:
            raise ValueError(
                f"Expected target in (-1, 1), or None. Received: target={self.target}."
            )
        if not (math.isfinite(self.images) and self.images > 0):
            raise ValueError(f"Expected images > 0. Received: images={self.images}.")
        letters = sorted(self.policy)
        if not letters or letters != sorted(set(self.policy) & set(_NUMBERS)):
            raise ValueError(
                "Expected policy with letters of 'bgc' (blitting, geometry, color), "
                f"each once. Received: policy={self.policy!r}."
            )

    def check_channels(self, channels: int) -> None:
        if "c" in self.policy and channels not in (1, 3):
            raise ValueError(
                "Expected images of 1 or 3 channels for the policy's letter c. "
                f"Received: {channels} channels."
            )

    def get_config(self) -> dict[str, Any]:
        p = self.first_p
        if self.schedule is not None:
            p = keras.saving.serialize_keras_object(self.schedule)
        return {
            **super().get_config(),
            "p": p,
            "target": self.target,
            "images": self.images,
            "every": self.every,
            "policy": self.policy,
        }
