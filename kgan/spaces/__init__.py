"""What goes into a model and what comes out of it."""

from kgan.spaces.codes import Codes
from kgan.spaces.endpoint import Endpoint
from kgan.spaces.graph_noise import GraphNoise
from kgan.spaces.graphs import Graphs
from kgan.spaces.images import Images, to_float, to_uint8
from kgan.spaces.infer import of_array, of_shape
from kgan.spaces.labels import Labels, Scalar
from kgan.spaces.latents import Latents
from kgan.spaces.maps import Maps
from kgan.spaces.molecules import Molecules
from kgan.spaces.picture import Picture
from kgan.spaces.points import Points
from kgan.spaces.space import Space
from kgan.spaces.styles import Layers, Seeds, Styles

__all__ = [
    "Codes",
    "Endpoint",
    "GraphNoise",
    "Graphs",
    "Images",
    "Labels",
    "Latents",
    "Layers",
    "Maps",
    "Molecules",
    "Picture",
    "Points",
    "Scalar",
    "Seeds",
    "Space",
    "Styles",
    "of_array",
    "of_shape",
    "to_float",
    "to_uint8",
]
