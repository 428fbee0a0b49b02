"""MolGAN on all small molecules that a few rules allow."""

import dataclasses

from kgan.recipes.recipe import Data, Published, Recipe, Training

# Of the paper; the epsilon is that of its program.
_ADAM = {"name": "adam", "learning_rate": 1e-3, "epsilon": 1e-8}
_TABLE = "arXiv 1805.11973, table 3, 9 atoms"

MOLGAN = Recipe(
    name="molgan",
    title="MolGAN: graphs of small molecules",
    paper="De Cao and Kipf 2018, arXiv 1805.11973",
    model="MolGAN",
    options={
        "latent_dim": 32,
        "reward": None,
        "trade_off": 1.0,
        "balanced": True,
        "sampling": "softmax",
        "temperature": 1.0,
        "generator_hidden": [128, 256, 512],
        "convolutions": [128, 64],
        "aggregation": 128,
        "discriminator_hidden": [128, 64],
        "normalized": False,
        "dropout": 0.0,
        "minibatch_features": 0,
        "minibatch_group": 16,
        "loss": "wasserstein",
        "penalties": "gradient_penalty",
        "latent_prior": "normal",
        "discriminator_steps": 5,
        "ema_decay": 0.99,
    },
    optimizers={"d": _ADAM, "g": _ADAM},
    training=Training(epochs=30, batch_size=32),
    data=Data("molecules", nodes=6),
    metrics=("valid_unique_novel", "molecule_properties", "descriptor_distance"),
    published=(
        Published("validity, uniqueness, novelty on QM9", "98.1, 10.4, 94.2 %", _TABLE),
    ),
)

# The reward counts from the eleventh epoch on, when R knows something of it.
MOLGAN_QED = dataclasses.replace(
    MOLGAN,
    name="molgan_qed",
    title="MolGAN that learns from a reward too: drug-likeness",
    options={
        **MOLGAN.options,
        "reward": "qed",
        "trade_off": {"name": "steps", "numbers": [1.0, 0.5], "at": [100_000]},
    },
    optimizers={"d": _ADAM, "g": _ADAM, "reward": _ADAM},
)

# Pairs, both penalties, and graphs that are drawn. With a gamma of 10, modes are lost
# later than with 1.
MOLGAN_RPGAN = dataclasses.replace(
    MOLGAN,
    name="molgan_rpgan",
    title="MolGAN by R3GAN's game: relativistic pairing, R1 and R2",
    options={
        **MOLGAN.options,
        "loss": "relativistic",
        "penalties": [{"name": name, "gamma": 10.0} for name in ("r1", "r2")],
        "sampling": "straight_through",
        "discriminator_steps": 1,
    },
)
