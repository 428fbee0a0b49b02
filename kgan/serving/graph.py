"""Parts of signatures: checks and conversions inside a graph."""

import tensorflow as tf

# `GAN.synthesize` takes as many at a time: other blocks round otherwise.
BLOCK = 256


def scalars(*names):
    """Inputs that are one int32 each: dict name -> `tf.TensorSpec`."""
    return {name: tf.TensorSpec([], tf.int32) for name in names}


def scalar(value):
    """`value`, refused unless it is one number."""
    return tf.ensure_shape(value, [])


def at_most(value, limit, name, least=1):
    """The scalar `value`, refused unless it is from `least` to `limit`."""
    value = scalar(value)
    fits = (value >= least) & (value <= limit)
    return _require(
        fits, value, f"Expected {name} from {least} to {limit}. Received:", value
    )


def rows_at_most(value, limit, name):
    """The tensor `value`, refused if it has more than `limit` rows."""
    rows = tf.shape(value)[0]
    sentence = f"Expected at most {limit} {name} at a time. Received:"
    return _require(rows <= limit, value, sentence, rows)


def finite(value, name):
    """`value`, refused if it has NaN or infinity."""
    fits = tf.reduce_all(tf.math.is_finite(value))
    return _require(fits, value, f"Expected finite {name}. Received: NaN or infinity.")


def _require(condition, value, *sentence):
    check = tf.debugging.Assert(condition, list(sentence))
    # Nothing that needs the value, such as memory for it, comes before the check.
    with tf.control_dependencies([check]):
        return tf.identity(value)


def in_blocks(function, *batch, dtype=tf.float32):
    """`function` of tensors [n, ...], a block of rows at a time, put together.

    The memory of a large n is that of a block and the results, of `dtype`, and the
    rounding that of `GAN.generate`.
    """
    n = tf.shape(batch[0])[0]
    blocks = (n + BLOCK - 1) // BLOCK
    results = tf.TensorArray(dtype, blocks, infer_shape=False)

    def step(i, results):
        rows = [x[i * BLOCK : (i + 1) * BLOCK] for x in batch]
        return i + 1, results.write(i, function(*rows))

    _, results = tf.while_loop(
        lambda i, _: i < blocks, step, (0, results), parallel_iterations=1
    )
    return results.concat()


def as_uint8(images):
    """float [-1, 1] -> uint8 [0, 255]: `kgan.images.to_uint8` in a graph."""
    scaled = tf.round((tf.cast(images, tf.float32) + 1.0) * 127.5)
    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)


def as_png(images):
    """uint8 [n, height, width, 1 to 4] -> PNG files, strings [n]; two channels are
    shown as gray."""
    return tf.io.encode_png(images[..., :1] if images.shape[-1] == 2 else images)


def from_png(files, shape):
    """PNG files, strings [n] -> uint8 [n, *shape]; what else they are is refused.

    The size is read in a file's header, so that a few bytes that claim to be a huge
    image are not decoded.
    """
    height, width, channels = shape

    def decode(file):
        # Eight bytes tell a PNG file; width and height stand in bytes 16 to 24.
        is_png = tf.strings.substr(file, 0, 8) == b"\x89PNG\r\n\x1a\n"
        length = tf.strings.length(file)
        sentence = "Expected a PNG file. Received another, of this many bytes:"
        file = _require(is_png & (length > 24), file, sentence, length)
        header = tf.strings.substr(file, 16, 8)
        size = tf.io.decode_raw(header, tf.int32, little_endian=False)
        sentence = f"Expected a PNG file of width and height {[width, height]}."
        fits = tf.reduce_all(size == [width, height])
        file = _require(fits, file, f"{sentence} Received:", size)
        return tf.ensure_shape(tf.io.decode_png(file, channels), shape)

    spec = tf.TensorSpec(shape, tf.uint8)
    return tf.map_fn(decode, files, fn_output_signature=spec)
