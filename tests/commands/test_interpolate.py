"""A .keras file, its export and a server give the picture of the model."""

import numpy as np
import pytest
from PIL import Image

from kgan.commands import main
from kgan.spaces.interpolation import interpolation_picture
from tests.serving.stand_in import StandIn
from tests.serving.trained import trained


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Paths and addresses of one model, and its picture in Python."""
    place = tmp_path_factory.mktemp("place")
    model = trained()
    model.save(place / "gan.keras")
    export = model.export(place / "dcgan" / "1")
    expected = interpolation_picture(model.interpolate, 2, 4, seed=3)
    with StandIn({"dcgan": export.parent}) as server:
        yield {
            "keras": place / "gan.keras",
            "export": export,
            "rest": server.rest,
            "grpc": f"grpc://{server.grpc}",
            "expected": expected[..., 0],
        }


@pytest.mark.parametrize("kind", ["keras", "export", "rest", "grpc"])
def test_one_picture(sources, kind, tmp_path):
    out = tmp_path / "between.png"
    numbers = ["--rows", "2", "--steps", "4", "--seed", "3"]
    main(["interpolate", str(sources[kind]), *numbers, "--out", str(out)])
    np.testing.assert_array_equal(np.asarray(Image.open(out)), sources["expected"])
    # Two halves of two rows of four images.
    assert sources["expected"].shape == (2 * 30 + 2, 2 * (4 * 30 + 2) + 12)
    assert len(np.unique(sources["expected"])) > 10
