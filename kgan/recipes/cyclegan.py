"""Label maps and pictures of facades, without pairs."""

from kgan.recipes.pix2pix import ADAM
from kgan.recipes.recipe import Data, Published, Recipe, Training

CYCLEGAN = Recipe(
    name="cyclegan",
    title="CycleGAN: label maps and facades, without pairs",
    paper="Zhu et al. 2017, arXiv 1703.10593",
    model="CycleGAN",
    options={
        "width": 16,
        "cycle": 10.0,
        "identity": 0.0,
        "history": 50,
        "loss": "least_squares",
        "blocks": 4,
        "depth": 2,
        "upsampling": "resize",
        "normalization": "instance",
        "ema_decay": None,
    },
    optimizers={"g": ADAM, "d": ADAM},
    training=Training(epochs=10, batch_size=4),
    data=Data("facade_labels", target="facades", paired=False, validation="test"),
    metrics=("frechet_distance",),
    published=(
        Published(
            "FID, CMP facades at 256 pixels, their CycleGAN",
            "123.6",
            "mmagic, arXiv 1703.10593",
        ),
    ),
)
