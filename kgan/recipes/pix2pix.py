"""Label maps to pictures of facades."""

from kgan.recipes.recipe import Data, Published, Recipe, Training

# The authors' optimizer.
ADAM = {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.5, "beta_2": 0.999}
METRICS = ("l1", "psnr", "ssim", "frechet_distance")

PIX2PIX = Recipe(
    name="pix2pix",
    title="Pix2Pix: from label maps to facades",
    paper="Isola et al. 2016, arXiv 1611.07004",
    model="Pix2Pix",
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
    data=Data("facade_labels", target="facades", validation="test"),
    metrics=METRICS,
    published=(
        Published(
            "FID, CMP facades at 256 pixels, their pix2pix",
            "125.0",
            "mmagic, arXiv 1611.07004",
        ),
    ),
)
