import numpy as np
import pytest
import tensorflow as tf

from kgan.metrics.extractors import Inception, inception
from kgan.metrics.extractors.inception import resize_as_tf1
from tests.metrics.extractors.inception_stand_in import stand_in


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """The path of a graph with the names of the real one, and the graph."""
    definition, _ = stand_in()
    path = tmp_path_factory.mktemp("graph") / "classify_image_graph_def.pb"
    path.write_bytes(definition.SerializeToString())
    return path, definition


def images(n=5, shape=(28, 28, 1), seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (n, *shape)).astype("float32")


def test_features_are_those_of_the_frozen_graph(graph):
    """As the authors of FID and inception score run it, one image at a time."""
    path, definition = graph
    x = images(shape=(20, 30, 3))
    made = Inception(path, sha256=None).extract(x, batch_size=2)
    assert made.features.shape == (5, 2048)
    assert made.logits.shape == (5, 1008)
    with tf.Graph().as_default() as own:
        tf.graph_util.import_graph_def(definition, name="")
        with tf.compat.v1.Session() as session:
            kernel = own.get_operation_by_name("softmax/logits/MatMul").inputs[1]
            for i, image in enumerate(x):
                pixels = np.round((image[None] + 1.0) * 127.5)
                feed = {"ExpandDims:0": pixels}
                pool, weights = session.run(["pool_3:0", kernel], feed)
                np.testing.assert_allclose(
                    made.features[i], pool[0, 0, 0], rtol=1e-5, atol=1e-5
                )
                logits = pool[:, 0, 0] @ weights
                np.testing.assert_allclose(
                    made.logits[i], logits[0], rtol=1e-4, atol=1e-4
                )


def tf1_resize(image, size):
    """TensorFlow 1's resize_bilinear by its definition, pixel by pixel."""
    height, width, _ = image.shape
    result = np.empty((*size, image.shape[2]))
    for i in range(size[0]):
        y = i * (height / size[0])
        top, down = int(y), y - int(y)
        bottom = min(top + 1, height - 1)
        for j in range(size[1]):
            x = j * (width / size[1])
            left, right = int(x), x - int(x)
            end = min(left + 1, width - 1)
            upper = (1 - right) * image[top, left] + right * image[top, end]
            lower = (1 - right) * image[bottom, left] + right * image[bottom, end]
            result[i, j] = (1 - down) * upper + down * lower
    return result


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 40, 3), (7, 5, 3), (64, 64, 3)])
def test_resize_is_that_of_tensorflow_1(shape):
    image = images(1, shape)[0]
    for size in ((29, 29), (37, 50)):
        made = resize_as_tf1(image[None], size)[0]
        np.testing.assert_allclose(made, tf1_resize(image, size), atol=2e-5)


def test_resize_is_not_that_of_tensorflow_2():
    image = images(1, (28, 28, 1))
    other = tf.image.resize(image, (299, 299))
    assert np.abs(resize_as_tf1(image, (299, 299)) - other).max() > 0.1


def test_images_are_rounded_and_gray_is_three_channels(graph):
    extractor = Inception(graph[0], sha256=None)
    x = images(2)
    levels = np.round((x + 1) * 127.5).astype("uint8")
    in_colour = np.repeat(levels, 3, axis=-1)
    np.testing.assert_allclose(
        extractor.extract(x).features, extractor.extract(in_colour).features, rtol=1e-6
    )


def test_another_graph_is_refused_and_never_named_inception(graph):
    with pytest.raises(ValueError, match=r"sha256 009d6814.*KGAN_INCEPTION"):
        Inception(graph[0])
    extractor = Inception(graph[0], sha256=None)
    assert extractor.name.startswith("inception-")
    assert extractor.digest != inception.digest_of(inception.SHA256, "1")


def test_the_environment_names_the_file(graph, monkeypatch):
    monkeypatch.setenv("KGAN_INCEPTION", str(graph[0]))
    assert Inception(sha256=None).extract(images(1)).features.shape == (1, 2048)
    monkeypatch.setenv("KGAN_INCEPTION", "/nowhere/graph.pb")
    with pytest.raises(
        ValueError, match=r"/nowhere/graph.pb, which cannot be read.*lenet"
    ):
        Inception()


def test_no_file_and_no_network(monkeypatch, tmp_path):
    monkeypatch.delenv("KGAN_INCEPTION", raising=False)
    monkeypatch.setenv("KGAN_CACHE", str(tmp_path))
    monkeypatch.setattr(inception, "URL", "http://127.0.0.1:9/graph.pb")
    message = r"no network.*classify_image_graph_def.pb.*KGAN_INCEPTION.*lenet"
    with pytest.raises(ValueError, match=message):
        Inception()


def test_a_download_of_another_file(monkeypatch, tmp_path, graph):
    monkeypatch.delenv("KGAN_INCEPTION", raising=False)
    monkeypatch.setenv("KGAN_CACHE", str(tmp_path))
    monkeypatch.setattr(inception, "URL", graph[0].as_uri())
    monkeypatch.setattr(inception.network, "reachable", lambda url: True)
    with pytest.raises(ValueError, match=r"could not be downloaded.*lenet"):
        Inception()


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no graph", "Expected a frozen TensorFlow graph"), (b"", "without .*pool_3")],
)
def test_a_file_that_is_no_such_graph(tmp_path, content, message):
    path = tmp_path / "graph.pb"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        Inception(path, sha256=None)
