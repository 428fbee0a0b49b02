"""Write the generator of a training run for TF Serving."""

import dataclasses
from typing import Annotated, Literal

import tyro


@dataclasses.dataclass(frozen=True)
class Options:
    """What to export, and where to."""

    run: Annotated[str, tyro.conf.Positional]
    """Directory of the run, such as logs/dcgan/001."""
    name: str | None = None
    """Name of the model for the server. Default: the recipe's."""
    export: str = "export"
    """Directory of the exported models: the next version goes to
    EXPORT/NAME/VERSION."""
    format: Literal["savedmodel", "onnx", "litert"] = "savedmodel"
    """savedmodel for TF Serving; onnx and litert: the generator alone, in a file."""
    limit: int | None = None
    """The most examples a request may ask for. Default: 1024, fewer if large."""
    batched: bool = False
    """Keep only what takes latents, so that the server can merge requests."""
    force: bool = False
    """Also if it is untrained or has NaN in its weights."""


def run(options):
    from kgan.recipes.loading import load_run, saved_recipe
    from kgan.serving import base_path

    name = options.name or saved_recipe(options.run).name
    base = base_path.model_directory(options.export, name)
    model = load_run(options.run)
    if options.format == "savedmodel":
        _export_saved_model(options, model, base)
        return
    from kgan.serving.runtimes import SUFFIXES, export_network

    path = base_path.next_file(base, SUFFIXES[options.format])
    path, apart = export_network(model, path, force=options.force)
    print(path)
    if not options.force:
        print(f"its runtime gives the model's images, to {apart:.1g}")


def _export_saved_model(options, model, base):
    from kgan.serving import base_path, card, server_config

    path = model.export(
        base_path.next_version(base),
        run=options.run,
        limit=options.limit,
        batched=options.batched,
        force=options.force,
    )
    print(path)
    for line in card.read(path)["check"]:
        print(f"- {line}")
    if base.name not in server_config.served(options.export):
        print(f"\nThe server does not have it yet. Add it to {options.export}/", end="")
        print(
            f"{server_config.FILE}:\n\n    kgan promote {base.name} {path.name} stable"
        )
