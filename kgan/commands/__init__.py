"""The command line `kgan COMMAND`: one file here for each command.

A command's module holds `Options`, a dataclass that tyro reads, and `run(options)`. It
imports TensorFlow in `run` alone, so that `--help` answers at once.
"""

import difflib
import importlib
import os
import sys

import tyro

from kgan._version import __version__
from kgan.recipes.command_line import user_errors

# Command -> what it does. Its module has the same name.
COMMANDS = {
    "compare": "Compare two evaluations, if they were made in the same way.",
    "evaluate": "Score the samples of a run, a .keras file or an export.",
    "export": "Write the generator of a run or a .keras file for TF Serving.",
    "interpolate": "Write a picture of what lies between latents.",
    "promote": "Point a label, such as stable, to a version of an exported model.",
    "reproduce": "Train recipes, score them, write the README's table of results.",
    "sample": "Write a picture of samples.",
    "verify": "Check an exported model as TF Serving would load it.",
}


@user_errors
def main(argv=None):
    """Runs one command.

    Args:
        argv: the arguments; default: those of this process.

    Raises:
        SystemExit: with code 2 and one message where the user can mend it; after
            `--help`.
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
        args=argv[1:],
        prog=f"kgan {argv[0]}",
        description=command.__doc__,
        config=(tyro.conf.FlagCreatePairsOff,),
    )
    command.run(options)


def usage():
    """The commands as text, one a line."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name.ljust(width)}  {COMMANDS[name]}" for name in sorted(COMMANDS)]
    return "\n".join(
        [
            "usage: kgan COMMAND [OPTIONS]",
            "",
            *lines,
            "",
            "kgan COMMAND --help shows more.",
        ]
    )


def _known(name):
    if name in COMMANDS:
        return name
    close = difflib.get_close_matches(name, COMMANDS, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise ValueError(
        f"Expected a command: {', '.join(sorted(COMMANDS))}.{hint} Received: {name!r}."
    )
