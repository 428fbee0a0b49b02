"""The examples in docstrings run."""

import ast
import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules():
    for info in pkgutil.walk_packages(kgan.__path__, "kgan."):
        if not info.name.endswith("__main__"):
            yield importlib.import_module(info.name)


def public_classes():
    """What the packages export: class -> its module."""
    for package in modules():
        for name in getattr(package, "__all__", ()):
            value = getattr(package, name)
            if inspect.isclass(value) and value.__module__.startswith("kgan."):
                yield value


def examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for module in modules():
        for test in finder.find(module, module.__name__):
            if test.examples:
                yield pytest.param(test, id=test.name.removeprefix("kgan."))


@pytest.fixture(scope="module")
def names():
    """What examples may use."""
    rng = np.random.default_rng(0)
    source = kgan.data.ArraySource(rng.integers(0, 256, (64, 28, 28, 1), "uint8"))
    real = rng.standard_normal((64, 8)).astype("float32")
    return {
        "kgan": kgan,
        "keras": keras,
        "np": np,
        "tf": tf,
        "Path": Path,
        "source": source,
        "images": source.some(64),
        "real": real,
        "fake": real + np.float32(0.1),
    }


def unknown(code):
    """The names that code uses before it makes them."""
    used, made = set(), set()
    for statement in ast.parse(code).body:
        nodes = [n for n in ast.walk(statement) if isinstance(n, ast.Name)]
        used |= {n.id for n in nodes if isinstance(n.ctx, ast.Load)} - made
        made |= {n.id for n in nodes if isinstance(n.ctx, ast.Store)}
    return used


@pytest.mark.parametrize("test", list(examples()))
def test_example(test, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    test.globs = dict(names)
    asked = unknown("".join(example.source for example in test.examples))
    if "model" in asked:
        model = kgan.DCGAN((28, 28, 1), latent_dim=4, width=2)
        model.compile()
        test.globs["model"] = model
    if "data" in asked:
        test.globs["data"] = names["source"].batches(32)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    output = []
    runner.run(test, out=output.append)
    assert not runner.failures, "".join(output)


def test_every_public_class_has_an_example():
    without = sorted(
        {
            f"{cls.__module__}.{cls.__qualname__}"
            for cls in public_classes()
            if ">>>" not in (inspect.getdoc(cls) or "")
            and not issubclass(cls, (tuple, Exception))
        }
    )
    assert not without
