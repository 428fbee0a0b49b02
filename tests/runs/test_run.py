from kgan.runs.run import Output, Run


def test_newest_samples_are_the_first_picture_of_the_last_epoch(tmp_path):
    run = Run("vae", Output(run=str(tmp_path / "run")))
    assert run.newest_samples is None
    folder = tmp_path / "run" / "samples"
    folder.mkdir(parents=True)
    for name in ("epoch_0001", "epoch_0002", "epoch_0002_reconstruct", "real"):
        (folder / f"{name}.png").touch()
    assert run.newest_samples == folder / "epoch_0002.png"


def test_the_command_that_goes_on_keeps_the_output():
    run = Run("dcgan", Output(evaluate_every=5, export="served"))
    command = "python train.py dcgan --resume --run logs/dcgan/001"
    assert run.resume_command == f"{command} --export served --evaluate-every 5"
    assert Run("dcgan", Output()).resume_command == command
