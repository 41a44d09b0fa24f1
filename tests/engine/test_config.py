import re

import torch

import striate
from striate.engine.config import config
from striate.engine.selection import known_kernels


def test_show_config_prints_what_runs(capsys):
    with striate.use_kernel("reference"):
        striate.show_config()
        lines = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in capsys.readouterr().out.splitlines())
        assert lines == config()
    assert lines["striate"] == striate.__version__
    assert lines["torch"] == torch.__version__
    assert lines["threads"] == str(torch.get_num_threads())
    compiled = [name for name in known_kernels() if name not in {"triton", "torch"}]
    assert lines["kernels compiled"] == ", ".join(compiled)
    assert lines["kernel forced"] == "reference"
    assert {lines["isa found"], lines["isa used"]} <= {"baseline", "avx2", "avx512", "neon"}
    assert config()["kernel forced"] == "none"
