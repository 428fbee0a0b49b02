"""Write the model of a training run, or of a .keras file, for TF Serving."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """What to export, and where to."""

    source: Annotated[str, tyro.conf.Positional]
    """Directory of a run (logs/dcgan/001), or .keras file, such as its best.keras."""
    name: str | None = None
    """Name of the model for the server. Default: that of the run's recipe."""
    export: str = "export"
    """Directory of the exported models. The next version goes to
    EXPORT/NAME/VERSION."""
    format: Literal["savedmodel", "onnx", "litert"] = "savedmodel"
    """savedmodel for TF Serving; onnx, litert: one file with the generator alone."""
    limit: int | None = None
    """The most examples per request. Default: 1024, fewer if examples are large."""
    batched: bool = False
    """Keep only signatures whose requests the server can merge, such as the one of
    latents."""
    force: bool = False
    """Export also an untrained model, or one with NaN in its weights."""


def run(options: Options) -> None:
    from kgan.runs.config import run_of, settings_of
    from kgan.runs.loading import load_model
    from kgan.serving import base_path

    run = run_of(options.source)
    if options.name is None and options.source.endswith(".keras") and run is None:
        raise ValueError(
            f"{options.source} is of no run, which would name the model. Name it by "
            "--name, such as --name digits."
        )
    name = options.name or settings_of(run or options.source).name
    base = base_path.model_directory(options.export, name)
    model = load_model(options.source)
    if options.format == "savedmodel":
        _export_saved_model(options, model, base, run)
        return
    from kgan.serving.runtimes import SUFFIXES, export_network

    path = base_path.next_file(base, SUFFIXES[options.format])
    path, apart = export_network(model, path, force=options.force)
    print(path)
    if not options.force:
        print(f"its runtime gives the model's images, to {apart:.1g}")


def _export_saved_model(
    options: Options, model: Any, base: Path, run: Path | None
) -> None:
    from kgan.serving import base_path, card, server_config

    path = model.export(
        base_path.next_version(base),
        run=run,
        limit=options.limit,
        batched=options.batched,
        force=options.force,
    )
    print(path)
    for line in card.read(path)["check"]:
        print(f"- {line}")
    if base.name not in server_config.served(options.export):
        place = "" if options.export == "export" else f" --export {options.export}"
        print(
            "\nThe server does not have the model yet. Add it to "
            f"{options.export}/{server_config.FILE}:\n\n"
            f"    kgan promote {base.name} {path.name} stable{place}"
        )
