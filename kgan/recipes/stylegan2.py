"""StyleGAN2 on facades that are drawn by code."""

from kgan.recipes.recipe import Data, Published, Recipe, Training

# The authors' optimizer and rate for images below 1024 pixels.
_ADAM = {
    "name": "adam",
    "learning_rate": 2.5e-3,
    "beta_1": 0.0,
    "beta_2": 0.99,
    "epsilon": 1e-8,
}

# The options by the authors' rules `auto`, see `kgan.models.stylegan2.auto`: gamma
# = 0.0002 x 32 x 32 / 16, and an average with a half-life of 5,000 images. Styles,
# channels and batches are smaller, for two cores: the authors have 512, 16384 / side up
# to 512, and 32 or more.
STYLEGAN2 = Recipe(
    name="stylegan2",
    title="StyleGAN2 on facades, with styles, noise and ADA",
    paper="Karras et al. 2019, arXiv 1912.04958",
    model="StyleGAN2",
    options={
        "latent_dim": 64,
        "style_dim": 64,
        "channel_base": 1024,
        "channel_max": 64,
        "depth": 2,
        "gamma": 0.0128,
        "r1_every": 16,
        "path_weight": 2.0,
        "path_every": 4,
        "mixing": 0.9,
        "group": 4,
        # The authors have 500,000 images; the run sees 80,000.
        "augment": {"name": "ada", "target": 0.6, "images": 100_000, "seed": 0},
        "ema_half_life": {
            "name": "linear",
            "start": 0.0,
            "end": 5_000.0,
            "images": 100_000,
        },
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=100, batch_size=16),
    data=Data("facades", image_size=32, flip=True),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published(
            "Frechet distance, FFHQ at 1024 pixels, 50,000 samples",
            "2.84",
            "arXiv 1912.04958, config F",
        ),
        Published(
            "Frechet distance, CIFAR-10 with classes, ADA",
            "2.42",
            "arXiv 2006.06676",
        ),
    ),
)
