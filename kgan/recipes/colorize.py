"""Colors for gray pictures of facades."""

from kgan.recipes.pix2pix import ADAM
from kgan.recipes.recipe import Data, Recipe, Training

COLORIZE = Recipe(
    name="colorize",
    title="Colorization of gray facades",
    paper="Isola et al. 2016, arXiv 1611.07004",
    model="Colorization",
    options={
        "width": 16,
        "l1": 100.0,
        "adversarial": 1.0,
        "depth": 2,
        "normalization": "instance",
        "dropout": 0.0,
        "loss": "non_saturating",
        "ema_decay": None,
    },
    optimizers={"d": ADAM, "g": ADAM},
    training=Training(epochs=20, batch_size=4),
    data=Data("facades", degradation="gray", validation="test"),
    metrics=("ab_psnr", "colorfulness", "psnr", "ssim", "frechet_distance"),
)
