"""RpGAN with R3GAN's schedules on handwritten digits."""

from kgan.recipes.recipe import Published, Recipe, Training

# The images of the run: 20 epochs of 10,000.
_IMAGES = 200_000
_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.0, "beta_2": 0.9}


def _cosine(start: float, end: float) -> dict[str, object]:
    """The paper's schedule, over the whole run."""
    return {"name": "cosine", "start": start, "end": end, "images": _IMAGES}


RPGAN = Recipe(
    name="rpgan",
    title="R3GAN's game on MNIST: relativistic pairing, R1 and R2",
    paper="Huang et al. 2025, arXiv 2501.05441",
    model="RpGAN",
    options={
        "latent_dim": 64,
        "width": 32,
        "gamma": _cosine(0.5, 0.05),
        "normalization": None,
        "latent_prior": "normal",
        "discriminator_steps": 1,
        "ema_half_life": _cosine(100.0, 20_000.0),
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    # The paper: rates 2e-4 to 5e-5, beta_2 0.9 to 0.99, gamma to a tenth, and a
    # half-life of the average that grows with the images.
    schedules={"learning_rate": _cosine(1e-3, 2.5e-4), "beta_2": _cosine(0.9, 0.99)},
    training=Training(epochs=20, batch_size=64),
    metrics=("frechet_distance", "kernel_distance", "precision_recall"),
    published=(
        Published(
            "Frechet distance, CIFAR-10, R3GAN's networks", "1.96", "arXiv 2501.05441"
        ),
        Published("Stacked MNIST", "1000 modes, KL 0.029", "arXiv 2501.05441"),
    ),
)
