from tracker.commands.main import main


def test_simulated_and_measured_animals_stand_side_by_side(capsys):
    status = main(["motion", "--scenario", "crawl", "--seconds", "5", "--seeds", "2"])

    printed = capsys.readouterr().out
    assert status == 0
    assert "wt2_forward" in printed
    assert "crawl #2" in printed
    assert "pharynx_acceleration_p95_um_s2" in printed


def test_no_seconds_at_all_is_refused_by_name(capsys):
    status = main(["motion", "--seconds", "0"])

    assert status == 2
    assert "--seconds: expected one second at least" in capsys.readouterr().err


def test_a_folder_without_trajectories_is_refused(capsys, tmp_path):
    status = main(["motion", "--measured", str(tmp_path)])

    assert status == 2
    assert "expected .npz files" in capsys.readouterr().err


def test_an_unknown_scenario_is_refused_with_the_known_ones(capsys):
    status = main(["motion", "--scenario", "flying"])

    assert status == 2
    assert "roam" in capsys.readouterr().err
