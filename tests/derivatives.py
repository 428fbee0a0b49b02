"""Derivatives that a tape claims, beside those that are measured."""

import numpy as np
import tensorflow as tf


def along(value, variables, ways, h):
    """The derivative of a scalar along a way, by the tape and by central differences.

    Args:
        value: () -> scalar tensor, the same each time for the same variables.
        variables: of Keras, whose values move; they are put back.
        ways: an array for each variable.
        h: the step, as a part of the way.

    Returns:
        (claimed, measured).
    """
    with tf.GradientTape() as tape:
        at_start = value()
    slopes = tape.gradient(at_start, [v.value for v in variables])
    claimed = sum(
        float(np.sum(slope.numpy() * way))
        for slope, way in zip(slopes, ways, strict=True)
        if slope is not None
    )
    before, ends = [v.numpy() for v in variables], []
    for step in (h, -h, 0.0):
        for variable, start, way in zip(variables, before, ways, strict=True):
            variable.assign(start + step * way)
        if step:
            ends.append(float(value()))
    return claimed, (ends[0] - ends[1]) / (2 * h)
