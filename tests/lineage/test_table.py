from dataclasses import replace

from striate.lineage import Measurement, figures_of, measure, overview


def test_the_overview_has_the_figures_that_stand_for_a_system(system):
    found = measure(system)
    lines = overview({"made": system, "other": replace(system, name="other")}, {"made": found}, "docs/").splitlines()
    assert lines[0] == "| system | figure | paper | ours | time | command |"
    assert lines[2] == "| [Made up](docs/made.md), 1999 | error | 30 % | 50 % | 0.0 s | `striate made` |"
    assert len(lines) == 3


def test_a_second_figure_goes_on_with_its_system(system):
    (figure, _) = measure(system).figures
    lines = overview({"made": system}, {"made": Measurement((figure, figure), 61, "a machine")}).splitlines()
    assert lines[2].endswith("| 1 min 1 s | `striate made` |")
    assert lines[3] == "|  | error | 30 % | 50 % |  |  |"


def test_the_page_has_all_figures_their_bounds_and_the_machine(system):
    found = measure(system)
    assert figures_of(found).splitlines()[2:4] == [
        "| error | 30 % | **50 %** | at most 60 % |",
        "| parameters | - | 7 | at most 3 |",
    ]
    assert figures_of(found).endswith(f" s on {found.machine}.")
