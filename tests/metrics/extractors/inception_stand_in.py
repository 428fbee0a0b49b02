"""A small graph with the nodes, names and age of the Inception graph of 2015."""

import numpy as np
import tensorflow as tf


def stand_in(seed=0):
    """`tf.compat.v1.GraphDef` and its (conv2d_params, expand, weights) as arrays.

    From the real graph: the way of an image from JPEG to `Mul`, batch normalization by
    an op that TensorFlow has since removed for new graphs, the old `Concat`, `pool_3`
    of 2048, its reshape to one example, and the softmax layer.
    """
    rng = np.random.default_rng(seed)
    kernel = rng.normal(0, 0.3, (3, 3, 3, 4)).astype("float32")
    expand = rng.normal(0, 0.5, (1, 1, 4, 1024)).astype("float32")
    weights = rng.normal(0, 0.1, (2048, 1008)).astype("float32")
    graph = tf.compat.v1.GraphDef()
    graph.versions.producer = 8
    real = tf.float32.as_datatype_enum

    def node(name, op, inputs=(), **attributes):
        made = graph.node.add(name=name, op=op, input=inputs)
        for key, value in attributes.items():
            made.attr[key].CopyFrom(value)
        return name

    def const(name, value):
        proto = tf.make_tensor_proto(value)
        return node(name, "Const", dtype=_type(proto.dtype), value=_tensor(proto))

    floats = {"T": _type(real)}
    const("DecodeJpeg/contents", b"no jpeg")
    node("DecodeJpeg", "DecodeJpeg", ["DecodeJpeg/contents"], channels=_int(3))
    uint8 = tf.uint8.as_datatype_enum
    node("Cast", "Cast", ["DecodeJpeg"], SrcT=_type(uint8), DstT=_type(real))
    const("ExpandDims/dim", 0)
    node("ExpandDims", "ExpandDims", ["Cast", "ExpandDims/dim"], **floats)
    const("ResizeBilinear/size", [299, 299])
    node("ResizeBilinear", "ResizeBilinear", ["ExpandDims", "ResizeBilinear/size"],
         **floats)  # fmt: skip
    const("Sub/y", 128.0)
    node("Sub", "Sub", ["ResizeBilinear", "Sub/y"], **floats)
    const("Mul/y", 1 / 128)
    node("Mul", "Mul", ["Sub", "Mul/y"], **floats)
    const("conv/conv2d_params", kernel)
    window = {"strides": _ints(1, 2, 2, 1), "padding": _string("VALID"), **floats}
    node("conv/Conv2D", "Conv2D", ["Mul", "conv/conv2d_params"], **window)
    moments = [
        const(f"conv/batchnorm/{name}", np.full(4, value, "float32"))
        for name, value in zip(
            ("moving_mean", "moving_variance", "beta", "gamma"),
            (0.0, 1.0, 0.0, 1.0),
            strict=True,
        )
    ]
    node("conv/batchnorm", "BatchNormWithGlobalNormalization",
         ["conv/Conv2D", *moments], variance_epsilon=_float(0.001),
         scale_after_normalization=_bool(False), **floats)  # fmt: skip
    node("conv/CheckNumerics", "CheckNumerics", ["conv/batchnorm"],
         message=_string("NaN"), **floats)  # fmt: skip
    node("conv/control_dependency", "Identity",
         ["conv/batchnorm", "^conv/CheckNumerics"], **floats)  # fmt: skip
    node("conv", "Relu", ["conv/control_dependency"], **floats)
    window = {"ksize": _ints(1, 18, 18, 1), "strides": _ints(1, 18, 18, 1),
              "padding": _string("VALID"), **floats}  # fmt: skip
    node("pool", "MaxPool", ["conv"], **window)  # [1, 8, 8, 4]
    const("mixed_10/conv/conv2d_params", expand)
    window = {"strides": _ints(1, 1, 1, 1), "padding": _string("SAME"), **floats}
    node("mixed_10/conv", "Conv2D", ["pool", "mixed_10/conv/conv2d_params"], **window)
    const("mixed_10/join/concat_dim", 3)
    node("mixed_10/join", "Concat",
         ["mixed_10/join/concat_dim", "mixed_10/conv", "mixed_10/conv"],
         N=_int(2), **floats)  # fmt: skip
    window = {"ksize": _ints(1, 8, 8, 1), "strides": _ints(1, 1, 1, 1),
              "padding": _string("VALID"), **floats}  # fmt: skip
    node("pool_3", "AvgPool", ["mixed_10/join"], **window)
    const("pool_3/_reshape/shape", [1, 2048])
    node("pool_3/_reshape", "Reshape", ["pool_3", "pool_3/_reshape/shape"], **floats)
    const("softmax/weights", weights)
    node("softmax/logits/MatMul", "MatMul", ["pool_3/_reshape", "softmax/weights"],
         **floats)  # fmt: skip
    const("softmax/biases", np.ones(1008, "float32"))
    node("softmax/logits", "BiasAdd", ["softmax/logits/MatMul", "softmax/biases"],
         **floats)  # fmt: skip
    node("softmax", "Softmax", ["softmax/logits"], **floats)
    return graph, (kernel, expand, weights)


def _attribute(**value):
    return tf.compat.v1.AttrValue(**value)


def _type(value):
    return _attribute(type=value)


def _tensor(value):
    return _attribute(tensor=value)


def _int(value):
    return _attribute(i=value)


def _float(value):
    return _attribute(f=value)


def _bool(value):
    return _attribute(b=value)


def _string(value):
    return _attribute(s=value.encode())


def _ints(*values):
    return _attribute(list={"i": values})
