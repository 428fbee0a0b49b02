import numpy as np
import pytest

from kgan.metrics import LPIPS, extractors
from tests.metrics.test_lpips import images, random_weights


@pytest.fixture(scope="module")
def extractor(tmp_path_factory):
    return extractors.get(f"lpips:{random_weights(tmp_path_factory.mktemp('w'))}")


def test_features(extractor):
    made = extractor.extract(images())
    assert made.features.shape == (3, extractor.feature_dim) == (3, 1152)
    assert made.logits is None
    # Each map has unit norm over its channels, and weights of at most 1.
    assert 0 < np.square(made.features).sum(1).max() <= 5


def test_the_distance_of_features_bounds_lpips_from_below(extractor):
    one, other = images(), images(seed=1)
    features = [extractor.extract(x).features for x in (one, other)]
    squared = np.square(features[0] - features[1]).sum(1)
    distance = extractor.distance(one, other).numpy()
    assert (squared < distance).all()
    assert (squared > 0).all()


def test_small_images_are_enlarged(extractor):
    made = extractor.extract(images(side=32)).features
    assert made.shape == (3, 1152)
    gray = images(side=28)[..., :1]
    assert extractor.extract(gray).features.shape == (3, 1152)


def test_negative_weights(tmp_path):
    path = random_weights(tmp_path, lin=-1.0)
    with pytest.raises(ValueError, match="lin0 has negative weights"):
        extractors.LPIPS(path)
    with pytest.raises(ValueError, match="lin0 has negative weights"):
        LPIPS(str(path)).each(images(), images())
