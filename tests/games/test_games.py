"""Seven shapes of games, without a special case."""

import pytest

from tests.game_test_case import run_game_test
from tests.games.autoencoder import AutoEncoder
from tests.games.conditional import Conditional
from tests.games.controller import Controller
from tests.games.cycle import Cycle
from tests.games.graph import GraphGAN
from tests.games.three_players import ThreePlayers
from tests.games.translation import Translation

GAMES = [
    AutoEncoder,
    Conditional,
    Controller,
    Cycle,
    GraphGAN,
    ThreePlayers,
    Translation,
]


@pytest.mark.parametrize("game", GAMES)
def test_game(game, tmp_path):
    run_game_test(game, tmp_path, eagerly=True)
