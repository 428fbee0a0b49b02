"""Layers that Keras lacks, one per file."""

from kgan.layers.adaptive_augment import AdaptiveAugment
from kgan.layers.batch_normalization import BatchNormalization
from kgan.layers.bicubic import BicubicUpsampling2D
from kgan.layers.blur import Blur2D
from kgan.layers.conditional_batch_normalization import ConditionalBatchNormalization
from kgan.layers.conv2d import Conv2D
from kgan.layers.diff_augment import DiffAugment
from kgan.layers.dropout import Dropout
from kgan.layers.equalized_conv2d import EqualizedConv2D
from kgan.layers.equalized_dense import EqualizedDense
from kgan.layers.gated_aggregation import GatedAggregation
from kgan.layers.grouped_conv2d import GroupedConv2D
from kgan.layers.instance_normalization import InstanceNormalization
from kgan.layers.learned_constant import LearnedConstant
from kgan.layers.maxout import Maxout
from kgan.layers.minibatch_discrimination import MinibatchDiscrimination
from kgan.layers.minibatch_standard_deviation import MinibatchStandardDeviation
from kgan.layers.modulated_conv2d import ModulatedConv2D
from kgan.layers.noise_injection import NoiseInjection
from kgan.layers.pixel_normalization import PixelNormalization
from kgan.layers.pixel_shuffle import PixelShuffle
from kgan.layers.reflection_padding import ReflectionPadding2D
from kgan.layers.relational_graph_convolution import RelationalGraphConvolution
from kgan.layers.resampling_convolutions import DoublingConv2D, HalvingConv2D
from kgan.layers.sliced_dense import SlicedDense
from kgan.layers.spectral_normalization import SpectralNormalization
from kgan.layers.undirected_edges import UndirectedEdges
from kgan.layers.vanishing_residual import VanishingResidual

__all__ = [
    "AdaptiveAugment",
    "BatchNormalization",
    "BicubicUpsampling2D",
    "Blur2D",
    "ConditionalBatchNormalization",
    "Conv2D",
    "DiffAugment",
    "DoublingConv2D",
    "Dropout",
    "EqualizedConv2D",
    "EqualizedDense",
    "GatedAggregation",
    "GroupedConv2D",
    "HalvingConv2D",
    "InstanceNormalization",
    "LearnedConstant",
    "Maxout",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "ModulatedConv2D",
    "NoiseInjection",
    "PixelNormalization",
    "PixelShuffle",
    "ReflectionPadding2D",
    "RelationalGraphConvolution",
    "SlicedDense",
    "SpectralNormalization",
    "UndirectedEdges",
    "VanishingResidual",
]
