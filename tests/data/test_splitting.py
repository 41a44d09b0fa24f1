from striate.data.splitting import held_out, part_folders, visible_folders


def test_a_fifth_is_held_out_and_one_at_least():
    assert [len(held_out(count, seed=0)) for count in (2, 5, 7, 8, 100)] == [1, 1, 1, 2, 20]
    assert held_out(100, seed=0) <= set(range(100))


def test_seed_and_counters_decide_which():
    assert held_out(50, 3, seed=1) == held_out(50, 3, seed=1)
    assert len({frozenset(held_out(50, *counters, seed=seed)) for counters in ((), (0,), (1,)) for seed in (0, 1)}) == 6


def test_parts_are_found_whatever_their_case(tmp_path):
    assert part_folders(tmp_path) is None
    (tmp_path / "Train").mkdir()
    assert part_folders(tmp_path) is None
    (tmp_path / "Validation").mkdir()
    assert part_folders(tmp_path) == (tmp_path / "Train", tmp_path / "Validation")
    (tmp_path / "TEST").mkdir()
    assert part_folders(tmp_path) == (tmp_path / "Train", tmp_path / "TEST")


def test_folders_are_in_natural_order_without_hidden_ones(tmp_path):
    for name in ("10", "9", ".git", "__MACOSX"):
        (tmp_path / name).mkdir()
    (tmp_path / "1").write_text("a file")
    assert [folder.name for folder in visible_folders(tmp_path)] == ["9", "10"]
