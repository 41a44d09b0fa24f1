import json

import pytest

from striate.lineage import SYSTEMS, keep, measure, read_kept


def test_figures_time_and_machine_are_measured(system):
    found = measure(system, quick=False)
    assert [figure.text for figure in found.figures] == ["25 %", "7"]
    assert [figure.what for figure in found.failed] == ["parameters"]
    assert 0 <= found.seconds < 5
    assert "cores" in found.machine
    assert "torch" in found.machine


def test_measurements_are_kept_beside_those_of_other_systems(system, tmp_path):
    path = tmp_path / "kept.json"
    first, second = measure(system), measure(system, quick=False)
    keep({"one": first}, path)
    keep({"other": first}, path)
    keep({"one": second}, path)
    assert read_kept(path) == {"one": second, "other": first}


@pytest.mark.parametrize("content", ["[]", "{", '{"one": {}}', '{"one": {"figures": [{"name": 1}], "seconds": 1}}'])
def test_a_foreign_file_is_named(tmp_path, content):
    path = tmp_path / "foreign.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"foreign\.json"):
        read_kept(path)


def test_what_is_kept_is_of_systems_and_within_their_bounds():
    kept = read_kept()
    assert kept.keys() == SYSTEMS.keys()
    assert {name: found.failed for name, found in kept.items() if found.failed} == {}
    assert [name for name, found in kept.items() if not any(figure.headline for figure in found.figures)] == []


def test_the_file_is_plain_json(system, tmp_path):
    keep({"one": measure(system)}, tmp_path / "kept.json")
    content = json.loads((tmp_path / "kept.json").read_text())
    assert content["one"]["figures"][0]["value"] == 0.5
