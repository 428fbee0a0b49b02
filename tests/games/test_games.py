"""Six shapes of games, without a special case."""

import pytest

from tests.game_test_case import check_steps, run_game_test
from tests.games.conditional import Conditional
from tests.games.controller import Controller
from tests.games.cycle import Cycle
from tests.games.graph import GraphGAN
from tests.games.three_players import ThreePlayers
from tests.games.translation import Translation

# Three of them only in their steps: CycleGAN, MolGAN and Pix2Pix are tested in full.
STEPS = [Cycle, GraphGAN, Translation]
GAMES = [
    Conditional,
    # As BEGAN, which is tested in full.
    *(pytest.param(g, marks=pytest.mark.slow) for g in (Controller, ThreePlayers)),
    *(pytest.param(game, marks=pytest.mark.slow) for game in STEPS),
]


@pytest.mark.parametrize("game", GAMES)
def test_game(game, tmp_path):
    run_game_test(game, tmp_path, eagerly=True)


@pytest.mark.parametrize("game", STEPS)
def test_steps(game):
    check_steps(game)
