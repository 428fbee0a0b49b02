"""The settings of the study of MolGAN, see scripts/molecule_study.py.

All settings learn from QM9 for the same time, and differ from the recipe by what is
said here.
"""

import dataclasses
from typing import Any

from kgan.recipes.molgan import MOLGAN, MOLGAN_RPGAN
from kgan.recipes.recipe import Recipe, Training


@dataclasses.dataclass(frozen=True)
class Setting:
    """A model of the study.

        >>> from kgan.recipes.molecule_study import SETTINGS
        >>> SETTINGS["r1"].recipe(1000).options["loss"]
        'non_saturating'

    Attributes:
        title: what tables call it.
        options: of the recipe's, those that differ.
        rewarded: whether the model learns from the drug-likeness too: its half of the
            loss begins after a fifth of the run.
        rate: of Adam, where it differs from the recipe's.
        beta_1: of Adam, as `rate`.
    """

    title: str
    options: dict[str, Any]
    rewarded: bool = False
    rate: float = 1e-3
    beta_1: float = 0.9

    def recipe(self, graphs: int) -> Recipe:
        """The recipe of a run that sees so many graphs."""
        adam = {
            **{"name": "adam", "learning_rate": self.rate},
            **{"beta_1": self.beta_1, "epsilon": 1e-8},
        }
        optimizers, options = {"d": adam, "g": adam}, dict(self.options)
        if self.rewarded:
            shares = {"name": "steps", "numbers": [1.0, 0.5], "at": [graphs // 5]}
            options |= {"reward": "qed", "trade_off": shares}
            optimizers["reward"] = adam
        return dataclasses.replace(
            MOLGAN,
            options={**MOLGAN.options, **options},
            optimizers=optimizers,
            training=Training(batch_size=32),
        )


_MINIBATCH = {"minibatch_features": 32, "minibatch_group": 16}
_R1 = {
    "loss": "non_saturating",
    "penalties": {"name": "r1", "gamma": 1.0},
    "discriminator_steps": 1,
}
_RPGAN = {
    name: MOLGAN_RPGAN.options[name]
    for name in ("loss", "penalties", "sampling", "discriminator_steps")
}

SETTINGS = {
    "wgan_gp": Setting("WGAN-GP, as in the paper", {}),
    "per_entry": Setting(
        "WGAN-GP, penalty per entry, as in the authors' code",
        {"penalties": {"name": "gradient_penalty", "per_entry": True}},
    ),
    "minibatch": Setting("WGAN-GP, minibatch discrimination", _MINIBATCH),
    "gumbel": Setting("WGAN-GP, straight-through", {"sampling": "straight_through"}),
    "r1": Setting("non-saturating + R1", _R1, beta_1=0.0),
    "rpgan": Setting("RpGAN + R1 + R2", _RPGAN, beta_1=0.0),
    "rpgan_1": Setting(
        "RpGAN + R1 + R2, gamma 1", {**_RPGAN, "penalties": ["r1", "r2"]}, beta_1=0.0
    ),
    "wgan_gp_qed": Setting("WGAN-GP, reward", {}, rewarded=True),
    "rpgan_qed": Setting("RpGAN + R1 + R2, reward", _RPGAN, rewarded=True, beta_1=0.0),
}
