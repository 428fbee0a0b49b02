import sys

import keras
import pytest

from kgan.commands import main
from kgan.runs.loading import load_file
from kgan.system.importing import import_asked, import_code

_MINE = """
import keras
import kgan


class {name}(kgan.DCGAN):
    '''A GAN of a user, without a decorator.'''

    def __init__(self, image_shape, depth=1, **kwargs):
        super().__init__(image_shape, **kwargs)
        self.depth = depth


if __name__ == "__main__":
    raise AssertionError("the script runs")
"""


@pytest.fixture
def clean(monkeypatch):
    """What an import leaves in the process is removed."""
    modules, objects = dict(sys.modules), dict(keras.saving.get_custom_objects())
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]
    for name in keras.saving.get_custom_objects().keys() - objects.keys():
        del keras.saving.get_custom_objects()[name]


def test_a_saved_gan_of_ones_own_is_sampled_by_a_command(tmp_path, clean, capsys):
    file, path = tmp_path / "own_gan.py", tmp_path / "own.keras"
    file.write_text(_MINE.format(name="OwnGAN"))
    module = import_code(str(file))
    module.OwnGAN((16, 16, 1), latent_dim=2, width=2, depth=3).save(path)
    # As a new process: the class is not known.
    del sys.modules["own_gan"], keras.saving.get_custom_objects()["OwnGAN"]
    out = tmp_path / "grid.png"
    sample = ["sample", str(path), "--grid", "2x2", "--out", str(out)]
    with pytest.raises(SystemExit):
        main(sample)
    error = capsys.readouterr().err
    assert "Could not locate class 'OwnGAN'" in error
    assert "--import FILE_OR_MODULE" in error
    # Not the whole config of the model.
    assert len(error) < 800
    assert not out.exists()
    main([*sample, "--import", str(file)])
    assert out.stat().st_size > 0
    assert load_file(path).depth == 3


def test_a_module_by_its_name(tmp_path, clean, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_package").mkdir()
    (tmp_path / "own_package" / "gans.py").write_text(_MINE.format(name="Packaged"))
    rest = import_asked(["x", "--import", "own_package.gans", "--seed", "1"])
    assert rest == ["x", "--seed", "1"]
    assert keras.saving.get_custom_objects()["Packaged"].__name__ == "Packaged"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such_file.py", r"Expected a Python file to import.*no_such_file.py"),
        ("no_such_module", r"no module 'no_such_module'.*Name a file by its path"),
        ("keras.no_such_part", r"no module 'keras.no_such_part'"),
    ],
)
def test_nothing_to_import(name, message):
    with pytest.raises(ValueError, match=message):
        import_code(name)


def test_a_file_with_the_name_of_another_module(tmp_path, clean):
    (tmp_path / "keras.py").write_text("")
    with pytest.raises(ValueError, match=r"a module 'keras'. Rename the file"):
        import_code(str(tmp_path / "keras.py"))


def test_a_file_that_fails_says_where(tmp_path, clean):
    (tmp_path / "own_faulty.py").write_text("import no_such_dependency")
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        import_code(str(tmp_path / "own_faulty.py"))
