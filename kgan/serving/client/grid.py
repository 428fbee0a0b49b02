"""A served generator's images as one picture."""

from kgan import images
from kgan.serving.client.client import Client


def save_grid(address, path, num_samples=64, seed=0, columns=None):
    """Writes images of a served generator, tiled, to an image file.

    Args:
        address: as of `Client`.
        path: the file; its suffix chooses the format. It is written at once or not at
            all.
        num_samples: how many images.
        seed: a 32-bit integer.
        columns: images in a row; default: about as many as rows.

    Returns:
        The address of the model that was asked, as a string.

    Raises:
        ServerError: if the server refuses, fails or cannot be reached.
    """
    with Client(address) as client:
        samples = client.sample(num_samples, seed)
        images.save(path, images.tile(samples, columns))
        return str(client.address)
