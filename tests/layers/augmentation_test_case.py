"""What every layer that augments D's input must pass."""

import numpy as np
import tensorflow as tf

WEIGHTS = np.random.default_rng(5).normal(size=(6, 7, 3))


def check_second_gradient(build):
    """R1 through the layer: its gradient by the weights, against finite differences.

    D(x) = sum tanh(w T(x)) has a gradient by x that depends on w and on x.
    """
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (4, 6, 7, 3)))

    def penalty(weights, images):
        # The same draws each time.
        layer = build()
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = tf.reduce_sum(tf.tanh(weights * layer(images, training=True)))
        return tf.reduce_sum(tf.square(tape.gradient(logits, images)))

    weights = tf.constant(WEIGHTS)
    with tf.GradientTape() as tape:
        tape.watch([weights, images])
        value = penalty(weights, images)
    gradients = tape.gradient(value, [weights, images])
    rng = np.random.default_rng(1)
    for i, gradient in enumerate(gradients):
        at = [weights, images]
        way = tf.constant(rng.normal(size=at[i].shape))
        ends = []
        for step in (1e-5, -1e-5):
            moved = [*at]
            moved[i] = at[i] + step * way
            ends.append(penalty(*moved))
        slope = (ends[0] - ends[1]) / 2e-5
        np.testing.assert_allclose(
            tf.reduce_sum(gradient * way), slope, rtol=1e-6, err_msg=f"argument {i}"
        )


def check_types_and_compilers(build):
    """All types agree, with and without a graph, a known batch, and XLA."""
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (5, 9, 8, 3)))
    expected = build()(images, training=True)
    assert expected.dtype == "float64"
    for dtype, tolerance in (("float32", 1e-4), ("bfloat16", 0.1)):
        given = tf.cast(images, dtype)
        answer = build()(given, training=True)
        assert answer.dtype == dtype
        np.testing.assert_allclose(
            tf.cast(answer, "float64"), expected, tolerance, tolerance
        )
    layer = build()
    graph = tf.function(
        lambda x: layer(x, training=True),
        input_signature=[tf.TensorSpec([None, 9, 8, 3], "float64")],
    )
    np.testing.assert_allclose(graph(images), expected, 1e-9, 1e-9)
    assert graph.get_concrete_function().output_shapes.as_list() == [None, 9, 8, 3]
    layer = build()
    compiled = tf.function(lambda x: layer(x, training=True), jit_compile=True)
    assert np.isfinite(compiled(tf.cast(images, "float32"))).all()


def check_replicas_draw_as_one(build, strategy):
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (8, 6, 6, 1)))
    one = build()(images, training=True)
    with strategy.scope():
        layer = build()

    def part():
        rows = tf.distribute.get_replica_context().replica_id_in_sync_group * 4
        return layer(images[rows : rows + 4], training=True)

    parts = strategy.experimental_local_results(strategy.run(part))
    np.testing.assert_array_equal(np.concatenate(parts), one)
