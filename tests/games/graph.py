"""Graphs: a batch is a dictionary of two tensors."""

import keras
from keras import layers

import kgan
from kgan.spaces import Graphs
from tests.games import nets


@keras.saving.register_keras_serializable("test")
class GraphGAN(kgan.GAN):
    def __init__(self, nodes=4, seed=0, **kwargs):
        space = Graphs(nodes, node_types=3, edge_types=2)
        z = keras.Input((3,))
        shapes = space.shape
        inputs = {name: keras.Input(shapes[name], name=name) for name in shapes}
        edges = layers.Reshape(shapes["edges"])(nets.dense(z, nodes * nodes * 2, seed))
        made = {
            "edges": layers.Softmax()(edges + keras.ops.transpose(edges, (0, 2, 1, 3))),
            "nodes": layers.Softmax()(
                layers.Reshape(shapes["nodes"])(nets.dense(z, nodes * 3, seed))
            ),
        }
        seen = layers.Concatenate()([layers.Flatten()(x) for x in inputs.values()])
        super().__init__(
            keras.Model(z, made),
            keras.Model(inputs, nets.dense(seen, 1, seed, None)),
            spaces=[space],
            seed=seed,
            **kwargs,
        )
