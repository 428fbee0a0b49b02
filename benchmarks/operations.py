"""Floating-point operations of a training step, counted in its graph."""

import math
from unittest import mock

import numpy as np

# A whole number of periods of lazy updates.
PERIOD = 16
_CALLS = "PartitionedCall", "StatefulPartitionedCall"
_BRANCHES = "If", "StatelessIf"


def operations(model, batches):
    """The operations of a training step: of its matrix products and convolutions.

    A product of matrices [m, k] and [k, n] is 2 m k n operations, and a convolution is
    the products that it is made of. Everything else is not counted, nor what nobody
    needs, such as a slope by the pixels of real images: TensorFlow leaves that out. Of
    `tf.cond`, both branches count by how often they are taken in the steps that are
    made here.

    Args:
        model: compiled; trained for these steps.
        batches: `PERIOD` batches of one static size.

    Returns:
        The mean over the steps, a number.
    """
    import tensorflow as tf

    conditions = []
    cond = tf.cond

    def noted(condition, *branches, **kwargs):
        conditions.append(condition)
        return cond(condition, *branches, **kwargs)

    def step(batch):
        conditions.clear()
        model.train_step(batch)
        outer = tf.compat.v1.get_default_graph()
        conditions[:] = [c for c in conditions if getattr(c, "graph", None) is outer]
        return [tf.cast(c, "float64") for c in conditions]

    graph = tf.function(step, autograph=False)
    with mock.patch.object(tf, "cond", noted):
        traced = graph.get_concrete_function(batches[0])
    taken = np.mean([[float(c) for c in graph(batch)] for batch in batches], axis=0)
    shares = {c.name: share for c, share in zip(conditions, taken, strict=True)}
    return _of_graph(traced.graph, shares)


def _of_graph(graph, shares):
    return math.fsum(_of_operation(op, shares) for op in _needed(graph))


def _needed(graph):
    """The operations that outputs or effects depend on."""
    effects = [op for op in graph.get_operations() if op.op_def.is_stateful]
    waiting = [*graph.control_outputs, *effects, *(t.op for t in graph.outputs)]
    found = {}
    while waiting:
        op = waiting.pop()
        if op.name not in found:
            found[op.name] = op
            waiting += [*op.control_inputs, *(t.op for t in op.inputs)]
    return found.values()


def _of_operation(op, shares):
    kind = op.type
    if kind in _CALLS:
        return _of_graph(_function(op, "f"), {})
    if kind in _BRANCHES:
        share = shares.get(op.inputs[0].name)
        if share is None:
            raise ValueError(f"Expected to know how often {op.name} is true.")
        then, other = (_function(op, n) for n in ("then_branch", "else_branch"))
        return share * _of_graph(then, {}) + (1.0 - share) * _of_graph(other, {})
    if kind in ("While", "StatelessWhile"):
        return _of_loop(op)
    if kind in _COUNTED:
        return _COUNTED[kind](op)
    return 0.0


def _of_loop(op):
    if _of_graph(_function(op, "body"), {}):
        raise ValueError(f"Expected no products in a loop. Received: {op.name}.")
    return 0.0


def _function(op, attribute):
    return op.graph._get_function(op.get_attr(attribute).name).graph


def _size(tensor):
    if not tensor.shape.is_fully_defined():
        raise ValueError(f"Expected a static shape of {tensor.name}: {tensor.shape}.")
    return float(np.prod(tensor.shape.as_list(), initial=1.0))


def _product(op):
    left, transposed = op.inputs[0], op.get_attr("transpose_a")
    return 2.0 * left.shape[0 if transposed else 1] * _size(op.outputs[0])


def _products(op):
    left, transposed = op.inputs[0], op.get_attr("adj_x")
    return 2.0 * left.shape[-2 if transposed else -1] * _size(op.outputs[0])


def _sum_of_products(op):
    axes = {}
    terms = op.get_attr("equation").decode().split("->")[0].split(",")
    for names, tensor in zip(terms, op.inputs, strict=True):
        axes |= dict(zip(names, tensor.shape, strict=True))
    return 2.0 * math.prod(axes.values())


def _convolution(kernel, small):
    """Of a convolution and its two gradients: each number of the smaller image is one
    product with a kernel."""

    def count(op):
        ends = [*op.inputs, *op.outputs]
        *sides, inputs, _ = ends[kernel].shape
        return 2.0 * math.prod(sides) * inputs * _size(ends[small])

    return count


def _of_each_channel(op):
    """A depthwise convolution: a number of the output is one product with a kernel."""
    height, width = op.inputs[1].shape[:2]
    return 2.0 * height * width * _size(op.outputs[0])


def _slope_of_each_channel(op):
    kernel = op.outputs[0] if "Filter" in op.type else op.inputs[1]
    height, width = kernel.shape[:2]
    return 2.0 * height * width * _size(op.inputs[2])


_COUNTED = {
    "MatMul": _product,
    "BatchMatMulV2": _products,
    "Einsum": _sum_of_products,
    # The ends are inputs and outputs: (image, kernel; y), (sizes, kernel, slope; image)
    # and (image, sizes, slope; kernel).
    "Conv2D": _convolution(1, 2),
    "Conv2DBackpropInput": _convolution(1, 2),
    "Conv2DBackpropFilter": _convolution(3, 2),
    "DepthwiseConv2dNative": _of_each_channel,
    "DepthwiseConv2dNativeBackpropInput": _slope_of_each_channel,
    "DepthwiseConv2dNativeBackpropFilter": _slope_of_each_channel,
}
