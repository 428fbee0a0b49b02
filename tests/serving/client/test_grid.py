import numpy as np
import pytest
from PIL import Image

from kgan import images
from kgan.serving.client import ServerError, save_grid
from tests.serving.stand_in import small_model


def test_save_grid(small_model_server, tmp_path):
    address = f"{small_model_server.rest}/v1/models/small"
    path = tmp_path / "grid.png"
    assert save_grid(address, path, 6, seed=4, columns=3) == address
    expected = images.tile(small_model.images(1, 6, 4), columns=3)
    np.testing.assert_array_equal(np.asarray(Image.open(path)), expected[..., 0])


def test_nothing_is_written_without_images(small_model_server, tmp_path):
    with pytest.raises(ServerError, match="NOT_FOUND"):
        save_grid(f"grpc://{small_model_server.grpc}/v1/models/no", tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
