"""The command line `kgan COMMAND`: one file here for each command.

A command's module has `Options`, a dataclass that tyro reads, and `run(options)`. Only
`run` imports TensorFlow, so that `--help` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import tyro

from kgan._version import __version__
from kgan.commands.errors import user_errors
from kgan.system.importing import HELP, import_asked
from kgan.system.text import columns, did_you_mean

# Command -> what it does. Its module has the same name.
COMMANDS = {
    "augment": "Write a labelled folder of generated images, for a classifier.",
    "calibrate": "Give a model that finds anomalies its threshold.",
    "compare": "Compare two evaluations, if they were made in the same way.",
    "data": "Show what a folder or archive of images is, and how to train on it.",
    "detect": "Find the strange images of a folder, and report where.",
    "evaluate": "Score the samples of a run, a .keras file or an export.",
    "export": "Write the generator of a run or a .keras file for TF Serving.",
    "interpolate": "Write a picture of what lies between latents.",
    "promote": "Point a label, such as stable, to a version of an exported model.",
    "reproduce": "Train recipes, score them, write the tables of results.",
    "sample": "Write a picture of samples.",
    "translate": "Translate a folder of images of any size.",
    "verify": "Check an exported model as TF Serving would load it.",
}


@user_errors
def main(argv: Sequence[str] | None = None) -> None:
    """Runs one command.

    Args:
        argv: the arguments. Default: those of this process.

    Raises:
        SystemExit: after `--help`; with code 2 and one message for an error that the
            user can correct.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    if not argv or argv[0] in ("-h", "--help"):
        print(usage())
        return
    if argv[0] == "--version":
        print(f"kgan {__version__}")
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    command = importlib.import_module(f"kgan.commands.{_known(argv[0])}")
    options = tyro.cli(
        command.Options,
        args=import_asked(argv[1:]),
        prog=f"kgan {argv[0]}",
        description=f"{command.__doc__}\n\n{HELP}",
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    command.run(options)


def usage() -> str:
    """The commands as text, one per line."""
    rows = [(f"  {name}", COMMANDS[name]) for name in sorted(COMMANDS)]
    return "\n".join(
        [
            "usage: kgan COMMAND [OPTIONS]",
            "",
            *columns(rows),
            "",
            f"kgan COMMAND --help shows more. {HELP}",
        ]
    )


def _known(name: str) -> str:
    if name in COMMANDS:
        return name
    raise ValueError(
        f"Expected a command: {', '.join(sorted(COMMANDS))}."
        f"{did_you_mean(name, COMMANDS)} Received: {name!r}."
    )
