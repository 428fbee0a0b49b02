"""R3GAN on facades that are drawn by code."""

from kgan.recipes.recipe import Data, Published, Recipe, Training

# The images of the run: 60 epochs of 800.
_IMAGES = 48_000
_ADAM = {
    "name": "adam",
    "learning_rate": 1e-3,
    "beta_1": 0.0,
    "beta_2": 0.9,
    "epsilon": 1e-8,
}


def _cosine(start: float, end: float) -> dict[str, object]:
    """The paper's schedule, over the whole run."""
    return {"name": "cosine", "start": start, "end": end, "images": _IMAGES}


# The shape of the paper's schedules, see `kgan.models.r3gan.paper`, for a network of a
# hundredth of the weights and a run of a 400th of the images: the rates are five times
# as high. gamma is larger than the 0.05 for CIFAR-10, because there are few images.
R3GAN = Recipe(
    name="r3gan",
    title="R3GAN on facades: residual networks without normalization",
    paper="Huang et al. 2024, arXiv 2501.05441",
    model="R3GAN",
    options={
        "latent_dim": 64,
        "widths": [96, 96, 64, 32],
        "blocks": 1,
        "group_size": 16,
        "gamma": _cosine(1.0, 0.1),
        "augment": {"name": "ada", "p": _cosine(0.0, 0.3), "seed": 0},
        "ema_half_life": _cosine(0.0, 6_000.0),
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    schedules={"learning_rate": _cosine(1e-3, 2.5e-4), "beta_2": _cosine(0.9, 0.99)},
    training=Training(epochs=60, batch_size=16),
    data=Data("facades", image_size=32, flip=True),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published(
            "Frechet distance, CIFAR-10 with classes, 50,000 samples",
            "1.96",
            "arXiv 2501.05441",
        ),
        Published(
            "Frechet distance, FFHQ at 256 pixels, 50,000 samples",
            "2.75",
            "arXiv 2501.05441",
        ),
    ),
)
