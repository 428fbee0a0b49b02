"""Six shapes of games, without a special case."""

import pytest

from tests.game_test_case import run_game_test
from tests.games.conditional import Conditional
from tests.games.controller import Controller
from tests.games.cycle import Cycle
from tests.games.graph import GraphGAN
from tests.games.three_players import ThreePlayers
from tests.games.translation import Translation

GAMES = [
    Conditional,
    # As BEGAN, which is tested in full.
    pytest.param(Controller, marks=pytest.mark.slow),
    Cycle,
    GraphGAN,
    pytest.param(ThreePlayers, marks=pytest.mark.slow),
    Translation,
]


@pytest.mark.parametrize("game", GAMES)
def test_game(game, tmp_path):
    run_game_test(game, tmp_path, eagerly=True)
