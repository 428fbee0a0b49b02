"""Colors for gray pictures of facades."""

import dataclasses

from kgan.recipes.pix2pix import PIX2PIX
from kgan.recipes.recipe import Data

COLORIZE = dataclasses.replace(
    PIX2PIX,
    name="colorize",
    title="Colorization of gray facades",
    model="Colorization",
    data=Data("facades", degradation="gray", validation="test"),
    metrics=("ab_psnr", "colorfulness", "psnr", "ssim", "frechet_distance"),
    published=(),
)
