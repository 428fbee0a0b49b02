"""Scores of generated examples, one per file, for whole arrays and for streams."""

from __future__ import annotations

from typing import Any

from kgan.metrics import extractors
from kgan.metrics.agreement import Agreement
from kgan.metrics.auroc import AUROC, auroc
from kgan.metrics.class_diversity import ClassDiversity
from kgan.metrics.class_frechet import ClassFrechetDistance
from kgan.metrics.classic_augment import ClassicAugment
from kgan.metrics.classification_accuracy import ClassificationAccuracyScore
from kgan.metrics.classifier import Classifier, train_classifier
from kgan.metrics.code_error import CodeError
from kgan.metrics.color import AbPSNR, Colorfulness
from kgan.metrics.density_coverage import DensityCoverage, density_coverage
from kgan.metrics.descriptor_distance import DescriptorDistance
from kgan.metrics.frechet import (
    FrechetDistance,
    Gaussian,
    frechet_distance,
    gaussian,
)
from kgan.metrics.importance_weighted import ImportanceWeightedBound
from kgan.metrics.inception_score import InceptionScore, inception_scores
from kgan.metrics.kernel import KernelDistance, kernel_distances, squared_mmd
from kgan.metrics.l1 import L1
from kgan.metrics.lpips import LPIPS
from kgan.metrics.memorization import (
    Memorization,
    mann_whitney,
    training_distances,
)
from kgan.metrics.metric import Conditions, Metric
from kgan.metrics.mode_coverage import (
    ModeCoverage,
    StackedModeCoverage,
    mode_coverage,
    stacked_digits,
)
from kgan.metrics.model_metric import ModelMetric
from kgan.metrics.molecule_metric import MoleculeMetric
from kgan.metrics.molecule_properties import MoleculeProperties
from kgan.metrics.ms_ssim import MSSSIM, ms_ssim, ms_ssim_of_pairs
from kgan.metrics.mutual_information import categorical_bound
from kgan.metrics.pair_metric import PairMetric, PixelMetric
from kgan.metrics.parzen import (
    ParzenWindow,
    choose_sigma,
    parzen_log_likelihoods,
)
from kgan.metrics.perceptual_path_length import PerceptualPathLength
from kgan.metrics.precision_recall import PrecisionRecall, precision_recall
from kgan.metrics.psnr import PSNR
from kgan.metrics.retrieval import Retrieval
from kgan.metrics.sliced_wasserstein import (
    SlicedWasserstein,
    laplacian_pyramid,
    patches,
    sliced_wasserstein,
)
from kgan.metrics.ssim import SSIM
from kgan.metrics.threshold import Threshold, calibrate, far_out
from kgan.metrics.valid_unique_novel import ValidUniqueNovel
from kgan.metrics.value import Value
from kgan.system.registry import resolve

_METRICS = {
    "agreement": Agreement,
    "auroc": AUROC,
    "class_diversity": ClassDiversity,
    "class_frechet_distance": ClassFrechetDistance,
    "classification_accuracy_score": ClassificationAccuracyScore,
    "code_error": CodeError,
    "density_coverage": DensityCoverage,
    "descriptor_distance": DescriptorDistance,
    "frechet_distance": FrechetDistance,
    "importance_weighted_bound": ImportanceWeightedBound,
    "inception_score": InceptionScore,
    "kernel_distance": KernelDistance,
    "l1": L1,
    "lpips": LPIPS,
    "memorization": Memorization,
    "mode_coverage": ModeCoverage,
    "molecule_properties": MoleculeProperties,
    "ms_ssim": MSSSIM,
    "parzen": ParzenWindow,
    "precision_recall": PrecisionRecall,
    "ab_psnr": AbPSNR,
    "colorfulness": Colorfulness,
    "psnr": PSNR,
    "retrieval": Retrieval,
    "sliced_wasserstein": SlicedWasserstein,
    "ssim": SSIM,
    "stacked_mode_coverage": StackedModeCoverage,
    "valid_unique_novel": ValidUniqueNovel,
}

__all__ = [
    "AUROC",
    "L1",
    "LPIPS",
    "MSSSIM",
    "PSNR",
    "SSIM",
    "AbPSNR",
    "Agreement",
    "ClassDiversity",
    "ClassFrechetDistance",
    "ClassicAugment",
    "ClassificationAccuracyScore",
    "Classifier",
    "CodeError",
    "Colorfulness",
    "Conditions",
    "DensityCoverage",
    "DescriptorDistance",
    "FrechetDistance",
    "Gaussian",
    "ImportanceWeightedBound",
    "InceptionScore",
    "KernelDistance",
    "Memorization",
    "Metric",
    "ModeCoverage",
    "ModelMetric",
    "MoleculeMetric",
    "MoleculeProperties",
    "PairMetric",
    "ParzenWindow",
    "PerceptualPathLength",
    "PixelMetric",
    "PrecisionRecall",
    "Retrieval",
    "SlicedWasserstein",
    "StackedModeCoverage",
    "Threshold",
    "ValidUniqueNovel",
    "Value",
    "auroc",
    "calibrate",
    "categorical_bound",
    "choose_sigma",
    "density_coverage",
    "extractors",
    "far_out",
    "frechet_distance",
    "gaussian",
    "get",
    "inception_scores",
    "kernel_distances",
    "laplacian_pyramid",
    "made_for",
    "mann_whitney",
    "mode_coverage",
    "ms_ssim",
    "ms_ssim_of_pairs",
    "parzen_log_likelihoods",
    "patches",
    "precision_recall",
    "sliced_wasserstein",
    "squared_mmd",
    "stacked_digits",
    "train_classifier",
    "training_distances",
]


def get(identifier: Any) -> Metric:
    """Returns the metric that `identifier` names.

    >>> kgan.metrics.get("precision_recall").k
    3

    Args:
        identifier: a name such as "frechet_distance", a config, or a `Metric`.

    Raises:
        ValueError: if `identifier` is none of the three; the message lists the names.
    """
    return resolve(identifier, Metric, _METRICS)


def made_for(name: Any, conditions: Conditions) -> Metric:
    """Returns the metric called `name`, with settings that fit the data.

    Args:
        name: the name of a metric. A config or an instance keeps its own settings.
        conditions: what is known about the data.

    Raises:
        ValueError: as `get`.
    """
    if isinstance(name, str) and name in _METRICS:
        return _METRICS[name].made_for(conditions)
    return get(name)
