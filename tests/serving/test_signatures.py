"""What models of every kind can be asked for, once they are exported."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.serving import ServingSession
from kgan.serving.graph import (
    as_png,
    from_png,
    in_blocks,
)
from tests.game_test_case import in_float64
from tests.games.conditional import Conditional
from tests.games.graph import GraphGAN
from tests.games.translation import Translation
from tests.serving.trained import trained


def model_of(game):
    model = game()
    model.compile(**{f"{name}_optimizer": "sgd" for name in model.players})
    model.steps.assign(1)
    return model


def test_samples_of_a_class(tmp_path):
    model = model_of(Conditional)
    path = model.export(tmp_path / "1", limit=40)
    lines = kgan.serving.verify(path, model).lines
    assert "sample: 3 requests replayed, equal to the model to the bit" in lines
    with ServingSession(path) as session:
        names = {"serving_default", "sample", "sample_png", "interpolate"}
        assert set(session.signatures) == names
        labels = np.array([0, 1, 1, 2], "int32")
        inputs = {"labels": labels, "seed": np.int32(7)}
        images = session.run("sample", inputs)["images"]
        expected = model.generate(labels=labels, seed=7)
        np.testing.assert_array_equal(images, kgan.spaces.to_uint8(expected))
        pngs = session.run("sample_png", inputs)["png_bytes"]
        decoded = [tf.io.decode_png(png).numpy() for png in pngs]
        np.testing.assert_array_equal(decoded, images)
        for bad in (3, -1):
            labels = np.array([bad], "int32")
            with pytest.raises(tf.errors.InvalidArgumentError, match="from 0 to 2"):
                session.run("sample", inputs | {"labels": labels})
        many = np.zeros(41, "int32")
        with pytest.raises(tf.errors.InvalidArgumentError, match="at most 40 labels"):
            session.run("sample", inputs | {"labels": many})


def test_between_latents_in_a_class(tmp_path):
    model = model_of(Conditional)
    path = model.export(tmp_path / "1", limit=40)
    numbers = {"seed_from": 4, "seed_to": 5, "steps": 3}
    inputs = {k: np.int32(v) for k, v in numbers.items()} | {"path": "linear"}
    with ServingSession(path) as session:
        for labels in ([2], [0, 1, 2]):
            expected = model.interpolate(4, 5, 3, "linear", labels=labels)
            given = inputs | {"labels": np.array(labels, "int32")}
            images = session.run("interpolate", given)["images"]
            np.testing.assert_array_equal(images, kgan.spaces.to_uint8(expected))
        for labels, message in (
            ([3], "from 0 to 2"),
            ([0, 1], "one of labels for all steps, or one for each"),
        ):
            given = inputs | {"labels": np.array(labels, "int32")}
            with pytest.raises(tf.errors.InvalidArgumentError, match=message):
                session.run("interpolate", given)


def test_images_to_images(tmp_path):
    model = model_of(Translation)
    path = model.export(tmp_path / "1")
    dark = np.random.default_rng(0).integers(0, 256, (3, 4, 4, 1), "uint8")
    expected = model.endpoint("translate")(images=dark)["images"]
    expected = kgan.spaces.to_uint8(expected)
    with ServingSession(path) as session:
        names = {"serving_default", "translate", "translate_png"}
        assert set(session.signatures) == names
        images = session.run("translate", {"images": dark})["images"]
        np.testing.assert_array_equal(images, expected)
        files = {"png_bytes": np.array(as_png(dark), object)}
        pngs = session.run("translate_png", files)["png_bytes"]
        decoded = [tf.io.decode_png(png).numpy() for png in pngs]
        np.testing.assert_array_equal(decoded, expected)
        for bad in (np.zeros((1, 4, 5, 1), "uint8"), np.zeros((1, 16), "uint8")):
            with pytest.raises(tf.errors.InvalidArgumentError):
                session.run("translate", {"images": bad})


def test_images_of_any_size(tmp_path):
    """Files of one size per request, of another size in the next."""
    x = keras.Input((None, None, 3))
    network = keras.Model(x, keras.layers.Conv2D(3, 3, padding="same")(x))
    space = kgan.spaces.Images((None, None, 3))
    ends = {"images": space}, {"images": space}
    endpoint = kgan.Endpoint(lambda images: {"images": network(images)}, *ends)

    class Translator(Translation):
        def endpoints(self, averaged=True):
            return {"translate": endpoint}

    model = model_of(Translator)
    path = model.export(tmp_path / "1")
    with ServingSession(path) as session:
        for shape in ((2, 5, 7, 3), (1, 12, 3, 3)):
            images = np.random.default_rng(1).integers(0, 256, shape, "uint8")
            expected = kgan.spaces.to_uint8(endpoint(images=images)["images"])
            answer = session.run("translate", {"images": images})["images"]
            np.testing.assert_array_equal(answer, expected)
            files = np.array(as_png(images), object)
            pngs = session.run("translate_png", {"png_bytes": files})["png_bytes"]
            decoded = [tf.io.decode_png(png).numpy() for png in pngs]
            np.testing.assert_array_equal(decoded, expected)
        mixed = [
            as_png(np.zeros((1, side, 4, 3), "uint8"))[0].numpy() for side in (4, 5)
        ]
        with pytest.raises(tf.errors.InvalidArgumentError, match="width and height"):
            session.run("translate_png", {"png_bytes": np.array(mixed, object)})


def test_graphs_travel_in_two_tensors(tmp_path):
    model = model_of(GraphGAN)
    path = model.export(tmp_path / "1")
    with ServingSession(path) as session:
        inputs = {"num_samples": np.int32(5), "seed": np.int32(3)}
        answer = session.run("sample", inputs)
    graphs = model.examples.to_public(model.generate(5, seed=3))
    assert set(answer) == {"images_edges", "images_nodes"}
    np.testing.assert_array_equal(answer["images_edges"], graphs["edges"])
    np.testing.assert_array_equal(answer["images_nodes"], graphs["nodes"])


def test_an_encoder_and_its_decoder(tmp_path):
    model = model_of(lambda: kgan.VAE((4, 4, 1), 3, hidden=(2,), seed=0))
    path = model.export(tmp_path / "1", batched=True)
    with ServingSession(path) as session:
        assert set(session.signatures) == {
            "serving_default",
            "encode",
            "encode_png",
            "reconstruct",
            "reconstruct_png",
            "score",
            "score_png",
        }


def test_points_are_no_images(tmp_path):
    model = kgan.VanillaGAN((2,), 3, output="linear", seed=0)
    path = model.export(tmp_path / "1", force=True)
    with ServingSession(path) as session:
        assert set(session.signatures) == {"serving_default", "sample", "interpolate"}
        inputs = {"num_samples": np.int32(4), "seed": np.int32(7)}
        points = session.run("sample", inputs)["images"]
    np.testing.assert_array_equal(points, model.generate(4, 7))


def test_a_float64_model_answers_in_float32(tmp_path):
    with in_float64():
        model = kgan.VanillaGAN((2,), 3, output="linear", seed=0)
        path = model.export(tmp_path / "1", force=True)
        kgan.serving.verify(path, model)


def test_large_images_have_a_lower_limit():
    from kgan.serving.export import _limit, asked_endpoints

    large = {"images": kgan.spaces.Images((1024, 1024, 3))}
    endpoint = kgan.Endpoint(lambda images: {"images": images}, large, large)
    assert _limit({"large": endpoint}, None) == 85  # 2^28 / (3 * 2^20)
    assert _limit(asked_endpoints(trained()), None) == 1024


def test_uint8_is_rounded_as_in_files():
    floats = np.linspace(-1.1, 1.1, 100_001, dtype="float32")
    halves = (np.arange(256, dtype="float32") + 0.5) / 127.5 - 1.0
    for values in (floats, halves):
        expected = kgan.spaces.to_uint8(values)
        np.testing.assert_array_equal(
            kgan.spaces.to_uint8(tf.constant(values)), expected
        )


def test_pngs_of_one_to_four_channels():
    for channels in (1, 2, 3, 4):
        images = np.random.default_rng(0).integers(0, 256, (2, 5, 3, channels), "uint8")
        decoded = [tf.io.decode_png(png).numpy() for png in as_png(images)]
        shown = images[..., :1] if channels == 2 else images
        np.testing.assert_array_equal(decoded, shown)


def test_what_is_no_png_of_the_size():
    def read(files, shape=(5, 3, 1)):
        spec = tf.TensorSpec([None], tf.string)
        return tf.function(lambda x: from_png(x, shape), [spec])(tf.constant(files))

    def refused(file, sentence):
        with pytest.raises(tf.errors.InvalidArgumentError, match=sentence):
            read([file])

    image = np.random.default_rng(0).integers(0, 256, (1, 5, 3, 1), "uint8")
    (file,) = as_png(image).numpy()
    np.testing.assert_array_equal(read([file, file]), np.repeat(image, 2, axis=0))
    assert read([file], (5, 3, 3)).shape == (1, 5, 3, 3)
    assert read(np.array([], object)).shape == (0, 5, 3, 1)
    for other in (b"", b"GIF89a", file[:24], b"x" + file):
        refused(other, "Expected a PNG file. Received: another")
    # It says that it has 2^31 - 1 columns.
    refused(file[:16] + b"\x7f\xff\xff\xff" + file[20:], r"\[3 5\].*2147483647")
    refused(file[:40], "PNG")


@pytest.mark.parametrize("n", [1, 255, 256, 257, 512])
def test_blocks_are_put_together(n):
    sizes = []

    def double(rows):
        sizes.append(rows["x"].shape[0])
        return {"y": 2.0 * rows["x"]}

    x = np.arange(n, dtype="float32")[:, None]
    answers = in_blocks(double, {"x": tf.constant(x)}, 256, {"y": tf.float32})
    np.testing.assert_array_equal(answers["y"], 2 * x)
    assert max(sizes) <= 256
    assert sum(sizes) == n
