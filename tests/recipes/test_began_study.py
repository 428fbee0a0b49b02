from kgan.recipes.began_study import SETTINGS


def difference(setting):
    """What a setting changes of the base."""
    base = SETTINGS["base"]
    given = {"k": 0.0, **base.options}
    options = {k: v for k, v in setting.options.items() if v != given[k]}
    rates = {
        player: round(
            adam["learning_rate"] / base.optimizers[player]["learning_rate"], 6
        )
        for player, adam in setting.optimizers.items()
    }
    return options, rates


def test_each_setting_changes_one_thing():
    same, step = {"d": 1.0, "g": 1.0}, SETTINGS["base"].options["lambda_k"]
    assert {name: difference(setting) for name, setting in SETTINGS.items()} == {
        "base": ({}, same),
        "gamma_low": ({"gamma": 0.3}, same),
        "gamma_half": ({"gamma": 0.5}, same),
        "gamma_high": ({"gamma": 0.9}, same),
        "lambda_low": ({"lambda_k": 0.1 * step}, same),
        "lambda_high": ({"lambda_k": 10.0 * step}, same),
        "d_slow": ({}, {"d": 0.1, "g": 1.0}),
        "g_slow": ({}, {"d": 1.0, "g": 0.1}),
        "reversed": ({}, {"d": 2.0, "g": 0.5}),
        "k_0": ({"lambda_k": 0.0}, same),
        "k_1": ({"k": 1.0, "lambda_k": 0.0}, same),
    }
