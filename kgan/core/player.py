"""Who plays: networks, and the loss that they minimise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import keras


class Player:
    """A name, the networks that one optimizer trains, and the loss they minimise.

    >>> player = kgan.Player("g", model.generator, model.generator_loss)
    >>> player.networks[0].name
    'generator'

    Args:
        name: what logs and arguments call the player: `g` has `g_loss` and
            `g_optimizer`.
        networks: a built `keras.Model`, or several.
        loss: batch -> dict of terms, name -> scalar, each a mean over the batch.

    Raises:
        ValueError: for a name that is no identifier, or networks that are not built or
            have nothing to train.
    """

    def __init__(
        self,
        name: str,
        networks: keras.Model | Iterable[keras.Model],
        loss: Callable[[Any], dict[str, Any]],
    ) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(
                "Expected the name of a player in lower case, such as 'encoder'. "
                f"Received: name={name!r}."
            )
        single = isinstance(networks, keras.Model)
        self.name = name
        self.networks = (networks,) if single else tuple(networks)
        self.loss = loss
        for network in self.networks:
            if not isinstance(network, keras.Model) or not network.built:
                raise ValueError(
                    f"Expected built keras.Models for the player {name!r}. Received: "
                    f"{network!r}. Give it an Input, or call it once."
                )
        if not self.variables:
            raise ValueError(
                f"Expected networks with something to train for the player {name!r}. "
                f"Received: {', '.join(n.name for n in self.networks) or 'none'}, "
                "without trainable variables."
            )

    @property
    def variables(self) -> list[keras.Variable]:
        """What an update of the player changes, each variable once."""
        return _once(v for n in self.networks for v in n.trainable_variables)

    @property
    def buffers(self) -> list[keras.Variable]:
        """What passes through the networks change, such as moving statistics."""
        return _once(v for n in self.networks for v in n.non_trainable_weights)

    @property
    def layers(self) -> list[keras.layers.Layer]:
        """All layers of the networks, also those within others."""
        return _once(layer for n in self.networks for layer in n._flatten_layers())

    @property
    def regularization(self) -> list[Any]:
        """What layers with regularizers add to the loss: scalars."""
        return [loss for network in self.networks for loss in network.losses]


def check_disjoint(players: Iterable[Player]) -> None:
    """Raises ValueError if two players share a name or a variable."""
    owners: dict[int, Player] = {}
    names: set[str] = set()
    for player in players:
        if player.name in names:
            raise ValueError(
                "Expected players with names of their own. "
                f"Received: {player.name!r} twice."
            )
        names.add(player.name)
        for variable in player.variables:
            owner = owners.setdefault(id(variable), player)
            if owner is not player:
                raise ValueError(
                    "Expected players without a common variable, since two optimizers "
                    f"would change it. Received: {variable.path} in {owner.name!r} "
                    f"and in {player.name!r}."
                )


def _once(items: Any):
    return list({id(item): item for item in items}.values())
