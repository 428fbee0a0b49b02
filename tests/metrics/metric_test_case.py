"""What holds for every metric."""

import keras
import numpy as np
import tensorflow as tf

import kgan


def run_metric_test(metric, sides, tolerance=1e-9):
    """Splits the stream, deals it to two replicas, resets, saves and loads.

    Args:
        metric: an instance.
        sides: name -> float32 array [n, ...], n of at least 17.
        tolerance: absolute and relative.
    """
    expected = {k: v.value for k, v in metric.score(**{"real": None, **sides}).items()}
    assert sorted(expected) == sorted(metric.better)
    assert set(metric.better.values()) <= {"lower", "higher"}

    def check(result):
        assert list(result) == list(expected)
        for name, value in result.items():
            assert value.dtype == np.float64
            np.testing.assert_allclose(value, expected[name], tolerance, tolerance)

    for sizes in ([7], [1, 64, 2], [10_000]):
        metric.reset_state()
        _stream(metric, sides, sizes)
        check(metric.result())
    check(_on_two_replicas(metric, sides))
    config = keras.saving.serialize_keras_object(metric)
    copy = kgan.metrics.get(config)
    assert type(copy) is type(metric)
    assert copy.get_config() == metric.get_config()


def _batches(array, sizes):
    start, turn = 0, 0
    while start < len(array):
        size = sizes[turn % len(sizes)]
        yield array[start : start + size]
        start, turn = start + size, turn + 1


def _stream(metric, sides, sizes):
    for side, array in sides.items():
        for batch in _batches(array, sizes):
            metric.update_state(**{side: batch})


def _on_two_replicas(metric, sides):
    strategy = kgan.distribute.strategy("cpu:2")
    config = keras.saving.serialize_keras_object(metric)
    with strategy.scope():
        metric = kgan.metrics.get(config)
        (shape,) = {array.shape[1:] for array in sides.values()}
        metric.build(shape)

    @tf.function
    def update(**batch):
        strategy.run(metric.update_state, kwargs=batch)

    for side, array in sides.items():
        # The first replica gets more: the places must not depend on that.
        for batch in (array[:12], array[12:]):
            parts = tf.split(batch, [len(batch) - 5, 5])
            values = strategy.experimental_distribute_values_from_function(
                lambda context, parts=parts: parts[context.replica_id_in_sync_group]
            )
            update(**{side: values})
    return metric.result()
