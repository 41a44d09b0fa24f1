import json

import pytest

from striate.bench.measure import Timing
from striate.bench.report import ceiling_lines, summary_of, table_of, write_json
from striate.bench.row import Row


def row(direction="forward", ours=0.002, torch=0.004, jax=None, layout="nchw"):
    peers = {f"torch {layout}": Timing(torch, torch, 1)} | ({"jax nchw": Timing(jax, jax, 1)} if jax else {})
    return Row(
        "net", "b8 c1 o1 i8 k3", "C1", 8, direction, layout, "direct", Timing(ours, ours, 1), peers, 0.001, "bytes"
    )


def test_the_table_holds_the_rows_numbers():
    table = table_of([row(jax=0.1), row("train", ours=0.00005, torch=1.0)])
    columns = {column.header: list(column.cells) for column in table.columns}
    assert columns == {
        "layer": ["C1", "C1"],
        "batch": ["8", "8"],
        "direction": ["forward", "fwd+bwd"],
        "layout": ["nchw", "nchw"],
        "kernel": ["direct", "direct"],
        "ours ms": ["2", "0.050"],
        "torch nchw": ["4", "1000"],
        "jax nchw": ["100", "-"],
        "x torch": ["2.00", "20000.00"],
        "x best": ["2.00", "20000.00"],
        "floor": ["50%", "2000%"],
    }
    assert table.title == "net"


def test_the_summary_counts_what_is_behind():
    rows = [row(), row(torch=0.0018), row(torch=0.001), row("train", jax=0.0005)]
    assert summary_of(rows) == [
        "forward: 3 rows, geometric means: 0.97 times torch in the same layout (2 rows more than 5 % slower), "
        "0.97 times the best peer (2 rows behind), 50% of the floor",
        "fwd+bwd: 1 rows, geometric means: 2.00 times torch in the same layout (0 rows more than 5 % slower), "
        "0.25 times the best peer (1 rows behind), 50% of the floor",
    ]


def test_the_machine_is_named(ceilings):
    assert ceiling_lines({"processor": "A-1", "cores": "2"}, ceilings, 2) == [
        "processor A-1, cores 2",
        "2 threads: 1 GFLOP/s float32 (a test); copies 8 GB/s at 1 MiB, 9 GB/s at 4 MiB, 2 GB/s at 16 MiB",
    ]


def test_json_is_written_whole(tmp_path, ceilings):
    path = tmp_path / "result.json"
    write_json(path, [row()], {"cores": "2"}, ceilings, {"threads": 2})
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["rows"] == [row().as_dict()]
    assert written["geometric_means"]["forward"]["times_best"] == pytest.approx(2.0)
    assert written["ceilings"]["flops"] == {"f32": 1e9, "f64": 0.5e9}
    assert (written["machine"], written["settings"]) == ({"cores": "2"}, {"threads": 2})


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, ceilings):
    path = tmp_path / "result.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_json(path, [row()], {}, ceilings, {"threads": object()})
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [("result.json", "old")]
