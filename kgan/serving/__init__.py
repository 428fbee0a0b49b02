"""Generators as SavedModels for TF Serving."""

from kgan.serving.export import export_generator, next_version

__all__ = ["export_generator", "next_version"]
