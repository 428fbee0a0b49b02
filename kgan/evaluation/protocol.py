"""How a metric is set for a set of data, and which real examples it is given.

The metrics of a distance compare generated examples with what the generator learned
from; the memorisation check with examples that were held out, near the training set;
the Parzen estimate scores the test images (arXiv 1406.2661).
"""

from kgan import metrics
from kgan.data.stacked import PREFIX
from kgan.metrics.mode_coverage import TARGETS

_SPLITS = {
    "held_out": "real examples that were held out",
    "test": "a split test",
    "validation": "10,000 images beside the training set",
}


def fitting(metric, reals, extractor, samples):
    """The metric of a name, set for these examples and features.

    Args:
        metric: a name, of which settings are chosen; or what `kgan.metrics.get` takes.
        reals: the `Reals`.
        extractor: a `kgan.metrics.extractors.Extractor`.
        samples: the number of generated examples.
    """
    if metric == "kernel_distance":
        # Its usual subsets are of 1,000, which few examples are not.
        held_out = reals.side("held_out")
        fewest = min(samples, len(reals.side("reference").examples))
        of_floor = len(held_out.examples) if held_out else fewest // 2
        size = max(2, min(1000, fewest, of_floor))
        return metrics.KernelDistance(subset_size=size)
    if metric == "mode_coverage" and reals.name in TARGETS:
        return metrics.ModeCoverage(reals.name)
    if metric == "stacked_mode_coverage":
        base = reals.name.removeprefix(PREFIX)
        return metrics.StackedModeCoverage(first=extractor.first_class(base))
    return metrics.get(metric)


def real_sides(reals, metric):
    """name -> `Side`: all sides of a metric but `fake`."""
    sides = {}
    for name in metric.sides:
        if name in ("training", "validation"):
            sides[name] = reals.side(name)
        elif name == "real":
            sides[name] = reals.side(_real_for(metric))
    return sides


def floor_sides(reals, metric):
    """The sides of real against real.

    Held-out examples stand for the generated ones; without any, two halves stand for
    both. For the Parzen estimate, training images are the centres.
    """
    sides = real_sides(reals, metric)
    held_out = reals.side("held_out")
    if "validation" in sides:
        return {**sides, "fake": reals.side("reference")}
    if "training" not in sides and held_out is not None:
        return {**sides, "fake": held_out}
    one, other = reals.halves(_real_for(metric))
    return {**sides, **({"real": one} if "real" in sides else {}), "fake": other}


def what_lacks(metric, reals, extractor):
    """Why a metric cannot score with these examples and features, or None."""
    name, images = reals.name, len(reals.shape) == 3
    if metric.needs == "points" and images:
        return f"{metric.name} is of points; the examples of {name} are images."
    if metric.needs in ("images", "channel_logits") and not images:
        return f"{metric.name} is of images; the examples of {name} are points."
    if metric.needs in ("logits", "channel_logits") and not extractor.has_logits:
        return f"{metric.name} needs logits, which {extractor.name} lacks."
    centres = getattr(metric, "centres", name)
    if isinstance(centres, str) and centres != name:
        return (
            f"{metric.name} looks for the modes of {centres}, which those of {name} "
            "are not. Give it their centres."
        )
    for side in (*metric.sides, _real_for(metric)):
        if side in _SPLITS and reals.side(side) is None:
            return (
                f"{metric.name} needs {_SPLITS[side]}, which {name} with the split "
                f"{reals.split} leaves none of. Choose a set that has them "
                "(--data mnist), or another metric."
            )
    return None


def _real_for(metric):
    """Which real examples a metric calls `real`."""
    if "training" in metric.sides:
        return "held_out"
    return "test" if "validation" in metric.sides else "reference"
