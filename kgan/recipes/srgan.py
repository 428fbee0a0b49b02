"""Facades, four times as large, and sharp."""

import dataclasses

from kgan.recipes.recipe import Published, Training
from kgan.recipes.srresnet import SRRESNET

_ADAM = {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.9, "beta_2": 0.99}

SRGAN = dataclasses.replace(
    SRRESNET,
    name="srgan",
    title="SRGAN: facades, four times as large, and sharp",
    model="SRGAN",
    options={
        "width": 32,
        "blocks": 8,
        "d_width": 16,
        "perceptual": "color",
        "content": 1.0,
        # Features alone leave a pattern of two pixels, to which strides are blind.
        "pixels": 1.0,
        "adversarial": 5e-3,
        "normalization": "batch",
        "ema_decay": None,
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=10, batch_size=16),
    metrics=("psnr", "ssim", "frechet_distance"),
    published=(Published("PSNR, Set5 x4, luma", "29.40 dB", "arXiv 1609.04802"),),
    starts_from="srresnet",
)
