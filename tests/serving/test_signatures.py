"""What kinds of models can be exported, and how a new kind adds its own signatures."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.serving import ServingSession
from kgan.serving.graph import (
    as_png,
    as_uint8,
    at_most,
    from_png,
    in_blocks,
    rows_at_most,
    scalar,
    scalars,
)
from kgan.serving.signatures import Signature
from tests.serving.trained import trained

CLASSES = 3


class LabelledGAN(kgan.GAN):
    """A generator of latents and a label: what a conditional model adds."""

    def serving_signatures(self, limit):
        def sample_class(num_samples, seed, label):
            n = at_most(num_samples, limit, "num_samples")
            label = at_most(label, CLASSES - 1, "label", least=0)
            latents = self.latent_prior.sample((n, self.latent_dim), scalar(seed))
            images = in_blocks(
                lambda rows: as_uint8(self.of_class(rows, label)),
                latents,
                dtype=tf.uint8,
            )
            return {"images": tf.ensure_shape(images, [None, *self.image_shape])}

        def request(n, label=2):
            return {
                "num_samples": np.int32(n),
                "seed": np.int32(1),
                "label": np.int32(label),
            }

        def brighten(images):
            """uint8 in, uint8 out: what an image-to-image model adds."""
            return {"images": as_uint8(tf.cast(images, tf.float32) / 127.5 - 0.5)}

        def brighten_png(png_bytes):
            files = rows_at_most(png_bytes, limit, "files")
            return brighten(from_png(files, self.image_shape))

        def files(n):
            return {"png_bytes": as_png(np.full((n, 4, 4, 1), 10, "uint8")).numpy()}

        return {
            **super().serving_signatures(limit),
            "sample_class": Signature(
                sample_class,
                scalars("num_samples", "seed", "label"),
                request,
                refused=(request(1, CLASSES), request(1, -1), request(0)),
            ),
            "brighten": Signature(
                brighten,
                {"images": tf.TensorSpec([None, 4, 4, 1], tf.uint8)},
                lambda n: {"images": np.full((n, 4, 4, 1), 10, "uint8")},
            ),
            "brighten_png": Signature(
                brighten_png,
                {"png_bytes": tf.TensorSpec([None], tf.string)},
                files,
                refused=({"png_bytes": np.array([b"GIF89a"], object)},),
            ),
        }

    def of_class(self, latents, label):
        label = tf.one_hot(label, self.latent_dim)
        return self.sampler(latents + label, training=False)


@pytest.fixture
def labelled():
    z, x = keras.Input((5,)), keras.Input((4, 4, 1))
    images = keras.layers.Dense(16, "tanh", kernel_initializer="glorot_normal")(z)
    generator = keras.Model(z, keras.layers.Reshape((4, 4, 1))(images))
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(x))
    model = LabelledGAN(generator, keras.Model(x, logits), seed=0)
    model.compile("sgd", "sgd")
    model.g_optimizer.iterations.assign(1)
    return model


def test_a_conditional_model_adds_its_own(labelled, tmp_path):
    path = labelled.export(tmp_path / "1", limit=40)
    lines = kgan.serving.verify(path, labelled).lines
    assert "sample_class: 3 requests replayed, equal to the model to the bit" in lines
    with ServingSession(path) as session:
        inputs = {"num_samples": np.int32(4), "seed": np.int32(7)}
        of = {}
        for label in range(CLASSES):
            answer = session.run("sample_class", inputs | {"label": np.int32(label)})
            of[label] = answer["images"]
            latents = labelled.latent_prior.sample((4, 5), 7)
            expected = kgan.images.to_uint8(labelled.of_class(latents, label))
            np.testing.assert_array_equal(of[label], expected)
        assert np.any(of[0] != of[1])
        with pytest.raises(tf.errors.InvalidArgumentError, match="label from 0 to 2"):
            session.run("sample_class", inputs | {"label": np.int32(3)})
        dark = np.full((2, 4, 4, 1), 10, "uint8")
        # (10 / 127.5 - 1 + 0.5 + 1) * 127.5
        bright = session.run("brighten", {"images": dark})["images"]
        np.testing.assert_array_equal(bright, np.round(10 + 63.75))
        files = {"png_bytes": np.array(as_png(dark), object)}
        bright = session.run("brighten_png", files)["images"]
        np.testing.assert_array_equal(bright, np.round(10 + 63.75))


def test_batched_takes_every_signature_with_batches(labelled, tmp_path):
    path = labelled.export(tmp_path / "1", batched=True)
    with ServingSession(path) as session:
        assert set(session.signatures) == {
            "brighten",
            "brighten_png",
            "serving_default",
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
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        model = kgan.VanillaGAN((2,), 3, output="linear", seed=0)
        path = model.export(tmp_path / "1", force=True)
        kgan.serving.verify(path, model)
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


def test_large_images_have_a_lower_limit():
    from kgan.serving.export import _limit

    class Large:
        image_shape = (1024, 1024, 3)

    assert _limit(Large, None) == 85  # 2^28 / (3 * 2^20)
    assert _limit(trained(), None) == 1024


def test_uint8_is_rounded_as_in_files():
    floats = np.linspace(-1.1, 1.1, 100_001, dtype="float32")
    halves = (np.arange(256, dtype="float32") + 0.5) / 127.5 - 1.0
    for values in (floats, halves):
        expected = kgan.images.to_uint8(values)
        np.testing.assert_array_equal(as_uint8(values), expected)


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
        refused(other, "Expected a PNG file. Received another")
    # It says that it has 2^31 - 1 columns.
    refused(file[:16] + b"\x7f\xff\xff\xff" + file[20:], r"\[3, 5\].*2147483647")
    refused(file[:40], "PNG")


@pytest.mark.parametrize("n", [1, 255, 256, 257, 512])
def test_blocks_are_put_together(n):
    sizes = []

    def double(rows):
        sizes.append(rows.shape[0])
        return 2.0 * rows

    x = np.arange(n, dtype="float32")[:, None]
    np.testing.assert_array_equal(in_blocks(double, tf.constant(x)), 2 * x)
    assert max(sizes) <= 256
    assert sum(sizes) == n
