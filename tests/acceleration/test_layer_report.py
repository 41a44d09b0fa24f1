"""The table of `accelerate`."""

from striate.acceleration import Report, Row

DEPTHWISE = dict.fromkeys(("inference", "forward", "backward_data", "backward_weight"), "depthwise")
TORCH = dict.fromkeys(DEPTHWISE, "torch")
EVEN = dict.fromkeys(DEPTHWISE, 1.0)
FASTER = dict(zip(DEPTHWISE, (1.6, 1.5, 1.25, 32.4), strict=True))


def test_a_line_a_row_and_a_count():
    rows = (
        Row("stem", "Conv2d", True, "b1 c3 o8 i9x9 k3x3", TORCH, EVEN, "direct: slower here"),
        Row("stem", "Conv2d", True, "b1 c3 o8 i5x5 k3x3", TORCH, EVEN, "direct: slower here"),
        Row("body.0", "Conv1d", True, "b1 c8 o8 g8 i9 k3", DEPTHWISE, FASTER, ""),
        Row("up", "ConvTranspose2d", False, "", {}, {}, "left alone"),
    )
    assert str(Report(rows)).splitlines() == [
        "layer   type             problem             "
        "inference  forward    backward_data  backward_weight  gain            "
        "why",
        "stem    Conv2d           b1 c3 o8 i9x9 k3x3  "
        "torch      torch      torch          torch            1/1/1/1         "
        "direct: slower here",
        "stem    Conv2d           b1 c3 o8 i5x5 k3x3  "
        "torch      torch      torch          torch            1/1/1/1         "
        "direct: slower here",
        "body.0  Conv1d           b1 c8 o8 g8 i9 k3   "
        "depthwise  depthwise  depthwise      depthwise        1.6/1.5/1.2/32",
        "up      ConvTranspose2d  -                   "
        "-          -          -              -                -               "
        "left alone",
        "2 of 3 layers are striate's, 1 run its kernels",
    ]


def test_before_any_input_nothing_is_said_of_kernels():
    report = Report((Row("", "Conv2d", True, "c3 o8 k3x3", {}, {}, "planned when its input comes"),))
    lines = str(report).splitlines()
    assert lines[1].startswith("(the model)  Conv2d  c3 o8 k3x3  -")
    assert lines[-1] == "1 of 1 layers are striate's"


def test_a_model_without_such_layers():
    assert str(Report(())).splitlines() == [
        "layer  type  problem  inference  forward  backward_data  backward_weight  gain  why",
        "0 of 0 layers are striate's",
    ]
