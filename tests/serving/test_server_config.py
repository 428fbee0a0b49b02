import pytest
from google.protobuf import text_format

from kgan.serving.server_config import promote, served, without_versions


@pytest.fixture
def export(tmp_path):
    """Versions 1 to 3 of two models, without a config."""
    for name in ("dcgan", "wgan"):
        for version in (1, 2, 3):
            (tmp_path / name / str(version)).mkdir(parents=True)
            (tmp_path / name / str(version) / "saved_model.pb").touch()
    return tmp_path


def official(export):
    """models.config as TF Serving reads it: name -> (base path, labels)."""
    from tensorflow_serving.config import model_server_config_pb2

    config = model_server_config_pb2.ModelServerConfig()
    text_format.Parse((export / "models.config").read_text(), config)
    return {m.name: m for m in config.model_config_list.config}


def test_labels(export):
    assert promote(export, "dcgan", 1, "stable") is None
    assert promote(export, "dcgan", 2, "canary") is None
    assert promote(export, "dcgan", 3, "stable") == 1
    assert promote(export, "wgan", 2, "stable") is None
    models = official(export)
    assert dict(models["dcgan"].version_labels) == {"stable": 3, "canary": 2}
    assert dict(models["wgan"].version_labels) == {"stable": 2}
    for name, model in models.items():
        assert model.base_path == f"/models/{name}"
        assert model.model_platform == "tensorflow"
        assert model.model_version_policy.WhichOneof("policy_choice") == "all"
    assert served(export) == ["dcgan", "wgan"]
    assert sorted(p.name for p in export.iterdir()) == [
        "dcgan",
        "models.config",
        "wgan",
    ]


CONFIG = """# Kept.

model_config_list: {{
  config: {{
    name: 'dcgan', base_path: '/srv/models/dcgan'
    model_version_policy: {{ {policy} }}
    version_labels: {{ key: 'old', value: 1 }}
  }}
}}
"""


def test_what_stands_there_is_kept(export):
    (export / "models.config").write_text(
        CONFIG.format(policy="specific: {versions: 1}")
    )
    promote(export, "dcgan", 2, "stable")
    promote(export, "wgan", 2, "stable")
    assert (export / "models.config").read_text().startswith("# Kept.\n\nmodel_config")
    models = official(export)
    assert dict(models["dcgan"].version_labels) == {"old": 1, "stable": 2}
    assert list(models["dcgan"].model_version_policy.specific.versions) == [1, 2]
    assert models["wgan"].base_path == "/srv/models/wgan"


def test_a_label_goes_to_served_versions_only(export):
    policy = "latest: {num_versions: 2}"
    (export / "models.config").write_text(CONFIG.format(policy=policy))
    before = (export / "models.config").read_text()
    with pytest.raises(ValueError, match=r"the newest 2: 2, 3\. Received: version=1"):
        promote(export, "dcgan", 1, "stable")
    assert (export / "models.config").read_text() == before
    promote(export, "dcgan", 3, "stable")


def test_models_without_versions(export):
    (export / "models.config").write_text(CONFIG.format(policy="all: {}"))
    assert without_versions(export) == []
    promote(export, "wgan", 1, "stable")
    for version in (1, 2, 3):
        (export / "wgan" / str(version) / "saved_model.pb").unlink()
        (export / "wgan" / str(version)).rmdir()
    assert without_versions(export) == ["wgan"]


def test_bad_input(export):
    for version in (0, 4, -1):
        with pytest.raises(FileNotFoundError, match=r"1, 2, 3\. Received: version="):
            promote(export, "dcgan", version, "stable")
    with pytest.raises(FileNotFoundError, match=r"none\. Received: version=1"):
        promote(export, "gan", 1, "stable")
    with pytest.raises(ValueError, match="Expected a name of letters"):
        promote(export, "../dcgan", 1, "stable")
    with pytest.raises(ValueError, match="Expected a label of letters"):
        promote(export, "dcgan", 1, "a/b")
    (export / "link").symlink_to(export / "dcgan")
    with pytest.raises(ValueError, match="a symbolic link"):
        promote(export, "link", 1, "stable")
    assert not (export / "models.config").exists()


@pytest.mark.parametrize(
    "content", ["no config", "model_config_list { config { logging_config {} } }"]
)
def test_a_config_beyond_kgan_is_left_alone(export, content):
    (export / "models.config").write_text(content)
    with pytest.raises(ValueError, match="by hand"):
        promote(export, "dcgan", 1, "stable")
    assert (export / "models.config").read_text() == content
