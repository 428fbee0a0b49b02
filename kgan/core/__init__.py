"""The game and its training step."""

from kgan.core.game import Game
from kgan.core.gan import GAN, Batch
from kgan.core.pair_gan import Pair, PairGAN
from kgan.core.player import Player
from kgan.core.state import State

__all__ = ["GAN", "Batch", "Game", "Pair", "PairGAN", "Player", "State"]
