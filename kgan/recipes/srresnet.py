"""Facades, four times as large."""

from kgan.recipes.recipe import Data, Published, Recipe, Training

SRRESNET = Recipe(
    name="srresnet",
    title="SRResNet: facades, four times as large",
    paper="Ledig et al. 2016, arXiv 1609.04802",
    model="SRResNet",
    options={"width": 32, "blocks": 8, "distance": "l1", "ema_decay": None},
    optimizers={
        "g": {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.9, "beta_2": 0.99}
    },
    training=Training(epochs=20, batch_size=16),
    data=Data("facades", degradation="downscale4", validation="test"),
    metrics=("psnr", "ssim", "l1"),
    published=(
        Published(
            "PSNR, Set5 x4, luma, trained on 350,000 images of ImageNet",
            "32.05 dB",
            "arXiv 1609.04802",
        ),
    ),
)
