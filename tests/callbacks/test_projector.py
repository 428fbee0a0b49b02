import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.projector import ProjectorConfig, projector_plugin

import kgan
from kgan.callbacks import Projector

SHAPE = (4, 6, 1)


@pytest.fixture
def model():
    return kgan.VAE(SHAPE, 3, hidden=(4,), seed=0)


def images():
    return np.random.default_rng(0).integers(0, 256, (5, *SHAPE), dtype="uint8")


def test_what_tensorboard_reads(model, tmp_path):
    page = Projector(tmp_path, images(), labels=[3, 1, 4, 1, 5])
    page.set_model(model)
    page.on_train_begin()
    page.on_train_end()
    text = (tmp_path / "projector_config.pbtxt").read_text()
    (entry,) = text_format.Parse(text, ProjectorConfig()).embeddings
    codes = projector_plugin._read_tensor_tsv_file(str(tmp_path / entry.tensor_path))
    np.testing.assert_allclose(codes, model.encode(images())["mean"], rtol=1e-4)
    labels = (tmp_path / entry.metadata_path).read_text().split()
    assert labels == ["3", "1", "4", "1", "5"]
    # A square grid of images of 6 x 4 pixels, row by row.
    assert list(entry.sprite.single_image_dim) == [6, 4]
    sprite = np.array(Image.open(tmp_path / entry.sprite.image_path))
    np.testing.assert_array_equal(sprite[4:8, 0:6], images()[3, ..., 0])


def test_bad_input(tmp_path):
    with pytest.raises(ValueError, match=r"one label per image.*2 labels of 5 images"):
        Projector(tmp_path, images(), labels=[0, 1])
    gan = kgan.VanillaGAN(
        SHAPE, 2, generator_hidden=(2,), discriminator_hidden=(2,), seed=0
    )
    page = Projector(tmp_path, images())
    page.set_model(gan)
    with pytest.raises(
        ValueError, match=r"from images to numbers.*VanillaGAN with .*ge"
    ):
        page.on_train_begin()
