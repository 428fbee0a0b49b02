"""The Python of the README runs as it is printed, on less data."""

import re
from pathlib import Path

import kgan

README = Path(kgan.__file__).parents[1] / "README.md"
DATA = 'kgan.data.load("mnist_10k", batch_size=64'


def test_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    code = "\n".join(blocks)
    assert code.count(DATA) == 2
    assert code.count("epochs=20") == 1
    code = code.replace(DATA, f'{DATA}, split="train[:64]"')
    names = {}
    exec(code.replace("epochs=20", "epochs=1"), names)
    assert (tmp_path / "export/mine/1/saved_model.pb").exists()
    assert (tmp_path / "logs/mine/samples/epoch_0001.png").exists()
    history = names["model"].history.history
    assert {"g/adversarial", "g/features"} <= history.keys()


def test_links_lead_somewhere():
    for file in (README, *README.parent.glob("*.md"), *README.parent.glob("docs/*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", file.read_text()):
            if not target.startswith("http"):
                assert (file.parent / target).exists(), f"{file.name}: {target}"
