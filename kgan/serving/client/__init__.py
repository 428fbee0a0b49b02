"""A client for model servers."""

from kgan.serving.client.address import is_address
from kgan.serving.client.client import Client, block_seed
from kgan.serving.client.errors import ServerError

__all__ = ["Client", "ServerError", "block_seed", "is_address"]
