import dataclasses
import importlib
import subprocess
import sys

import pytest

import kgan
from kgan.commands import COMMANDS, main, usage


def test_every_command_is_shown(capsys):
    main([])
    assert capsys.readouterr().out == usage() + "\n"
    for name, help_line in COMMANDS.items():
        assert f"  {name} " in usage()
        assert help_line in usage()


def test_version(capsys):
    main(["--version"])
    assert capsys.readouterr().out == f"kgan {kgan.__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_options_and_help(name, capsys):
    command = importlib.import_module(f"kgan.commands.{name}")
    assert dataclasses.is_dataclass(command.Options)
    assert callable(command.run)
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    assert f"usage: kgan {name}" in capsys.readouterr().out


def test_unknown_command(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["verfy"])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert "Did you mean verify?" in error
    assert "Received: 'verfy'" in error


_HELP = """
import sys
from kgan.commands import COMMANDS, main
for name in COMMANDS:
    try:
        main([name, "--help"])
    except SystemExit:
        pass
assert "tensorflow" not in sys.modules
assert "keras" not in sys.modules
"""


def test_help_needs_no_tensorflow():
    subprocess.run(
        [sys.executable, "-c", _HELP], check=True, timeout=120, stdout=subprocess.PIPE
    )


def test_runs_as_a_module():
    command = [sys.executable, "-m", "kgan", "--version"]
    answer = subprocess.run(
        command, check=True, timeout=120, stdout=subprocess.PIPE, text=True
    )
    assert answer.stdout == f"kgan {kgan.__version__}\n"
