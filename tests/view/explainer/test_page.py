"""The page in a browser: what it shows are the network's numbers, and everyone can get at them."""

import pytest
import torch
from residual import Branching, resnet18
from torch import nn

import striate.nn as snn
from striate.view import explain

EXACT = 1e-5  # what the page promises where it keeps float32
WIDTHS = (360, 1024, 2560)


def place(explained, name, channel=0, at=(0, 0, 0), source=0, level="layer"):
    position = ",".join(map(str, at))
    return f"{level}?value={explained.number(name)}&channel={channel}&at={position}&from={source}"


def until(page, expression):
    """Wait until something holds; playwright's own way would be an evaluation that the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{expression} did not come to hold")


def go(page, where):
    """Go to a place by the page's address, and wait until it is shown."""
    page.evaluate(f"location.hash = '{where}'")
    until(page, f"document.getElementById('stage').dataset.place === '#{where}'")


def numbers(page, role):
    """The numbers of a role that the page shows; its text has them to six places."""
    shown = page.locator(f'[data-is="{role}"]').all()
    found = [float(item.get_attribute("value")) for item in shown]
    texts = [float(item.inner_text().replace("\N{MINUS SIGN}", "-")) for item in shown]
    assert texts == pytest.approx(found, abs=1e-6, rel=1e-8)
    return found


def number(page, role):
    (found,) = numbers(page, role)
    return found


def hover(page, row, column, height, width):
    """Move the mouse over a pixel of the output."""
    plane = page.locator("figure.output .plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    x, y = box["x"] + (column + 0.5) * box["width"] / width, box["y"] + (row + 0.5) * box["height"] / height
    page.mouse.move(x, y)


@pytest.fixture
def shown(browse, lenet):
    """The page of the LeNet, open; at the end nothing went wrong in it."""
    watched = browse(width=1400, height=1000)
    yield watched.open(lenet.path)
    assert watched.complaints == []


def test_a_convolution_shows_every_product_and_the_sum(shown, lenet):
    outputs = lenet.outputs()
    c3, source = lenet.model.c3, outputs["s2_relu"]
    shown.get_by_role("button", name="c3: convolution").click()
    shown.get_by_label("channel of c3").select_option("7")
    shown.get_by_label("channel of s2_relu").select_option("5")
    hover(shown, 6, 2, 10, 10)
    window = source[:, 6:11, 2:7]
    products = window * c3.weight[7].detach()
    assert numbers(shown, "input") == pytest.approx(window[5].flatten().tolist(), abs=EXACT)
    assert numbers(shown, "weight") == pytest.approx(c3.weight[7, 5].flatten().tolist(), abs=EXACT)
    assert numbers(shown, "product") == pytest.approx(products[5].flatten().tolist(), abs=EXACT)
    assert numbers(shown, "part") == pytest.approx(products.sum((1, 2)).tolist(), abs=EXACT)
    assert number(shown, "channel") == pytest.approx(float(products[5].sum()), abs=EXACT)
    assert number(shown, "output") == pytest.approx(float(outputs["c3"][7, 6, 2]), abs=EXACT)
    assert number(shown, "total") == pytest.approx(float(outputs["c3"][7, 6, 2]), abs=EXACT)


def test_padding_counts_as_zeros_and_is_drawn_as_a_ghost(shown, lenet):
    go(shown, place(lenet, "c1", channel=3, at=(0, 0, 0)))
    assert numbers(shown, "input")[:12] == [0] * 12
    assert shown.locator("figure.input .ghost").count() == 25 - 9
    assert number(shown, "total") == pytest.approx(float(lenet.outputs()["c1"][3, 0, 0]), abs=EXACT)


def test_a_pooling_shows_which_number_won(shown, lenet):
    outputs = lenet.outputs()
    go(shown, place(lenet, "s2", channel=4))
    hover(shown, 5, 8, 14, 14)
    window = outputs["c1"][4, 10:12, 16:18].flatten()
    assert numbers(shown, "input") == pytest.approx(window.tolist(), abs=EXACT)
    assert number(shown, "winner") == pytest.approx(float(outputs["s2"][4, 5, 8]), abs=EXACT)
    assert shown.locator("tr.winner th").inner_text() == f"tap {window.argmax() // 2}, {window.argmax() % 2}"


def test_a_linear_layer_shows_its_largest_products(shown, lenet):
    outputs = lenet.outputs()
    go(shown, place(lenet, "output"))
    hover(shown, 0, 7, 1, 10)
    layer = lenet.model.output
    products = outputs["f6_relu"] * layer.weight[7].detach()
    largest = products[products.abs().argsort(descending=True)][:24]
    assert numbers(shown, "product") == pytest.approx(largest.tolist(), abs=EXACT)
    assert number(shown, "products") == pytest.approx(float(products.sum()), abs=EXACT)
    assert number(shown, "bias") == pytest.approx(float(layer.bias.detach()[7]), abs=EXACT)
    assert number(shown, "output") == pytest.approx(float(outputs["output"][7]), abs=EXACT)
    assert numbers(shown, "rest") == pytest.approx([float(products.sum() - largest.sum())], abs=EXACT)


def test_normalisation_and_rectifier(shown, lenet):
    outputs = lenet.outputs()
    go(shown, place(lenet, "s2_norm", channel=2, at=(0, 3, 3)))
    assert number(shown, "total") == pytest.approx(float(outputs["s2_norm"][2, 3, 3]), abs=EXACT)
    go(shown, place(lenet, "s2_relu", channel=2, at=(0, 3, 3)))
    assert number(shown, "input") == pytest.approx(float(outputs["s2_norm"][2, 3, 3]), abs=EXACT)
    assert number(shown, "output") == pytest.approx(float(outputs["s2_relu"][2, 3, 3]), abs=EXACT)


def test_the_receptive_field_is_drawn_on_the_image(shown, lenet):
    go(shown, place(lenet, "c3", at=(0, 4, 3)))
    frame = shown.locator("figure.image .window")
    frame.wait_for(state="attached")
    assert [frame.get_attribute(name) for name in ("y", "x", "height", "width")] == ["6", "4", "14", "14"]
    assert "14 \N{MULTIPLICATION SIGN} 14 of its pixels" in shown.locator("figure.image").inner_text()


def test_the_scores_are_the_networks(shown, lenet):
    scores = lenet.outputs()["output"].sort(descending=True)
    assert numbers(shown, "score") == pytest.approx(scores.values.tolist(), abs=EXACT)
    first = shown.locator(".scores button").first
    assert first.locator("span").first.inner_text() == str(int(scores.indices[0]))
    first.click()
    shown.locator("figure.output").wait_for()
    assert number(shown, "output") == pytest.approx(float(scores.values[0]), abs=EXACT)


def test_a_unit_shows_its_filter_patches_and_projection(shown, lenet):
    go(shown, place(lenet, "c3", channel=3, level="unit"))
    titles = shown.locator(".unit h3").all_inner_texts()
    assert titles == [
        *("Its filter", "Where it answers most in this image"),
        *("Its best patches of the data", "Its DeconvNet projection"),
    ]
    answers = numbers(shown, "answer")
    assert answers[0] == pytest.approx(float(lenet.outputs()["c3"][3].max()), abs=EXACT)
    best = next(o for o in lenet.explanation["operations"] if o["path"] == "c3")["units"]["answers"][3]
    assert answers[-9:] == pytest.approx(best)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_level_fits_and_can_be_read(browse, lenet, width, scheme):
    watched = browse(width=width, scheme=scheme)
    page = watched.open(lenet.path)
    page.locator(".card canvas").nth(14).wait_for()
    where = [place(lenet, "c3", channel=3, at=(0, 4, 5), level=level) for level in ("layer", "unit")]
    for address in ("network", *where):
        go(page, address)
        page.wait_for_timeout(100)
        assert watched.overflow() <= 0
        page.evaluate("document.querySelectorAll('.grid').forEach((grid) => grid.remove())")  # on colours of their own
        assert {text: ratio for text, ratio in watched.contrasts().items() if ratio < 4.5} == {}
    assert watched.complaints == []


def test_numbers_in_cells_can_be_read_on_every_colour(shown, lenet):
    luminance = """(colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0)"""
    go(shown, place(lenet, "c3", channel=3, at=(0, 4, 5)))
    ratios = shown.evaluate(
        f"""() => [...document.querySelectorAll(".grid g:not(.outside)")].map((cell) => {{
          const fill = (tag) => getComputedStyle(cell.querySelector(tag)).fill;
          const [ground, ink] = ["rect", "text"].map((tag) => ({luminance})(fill(tag)));
          return (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
        }})"""
    )
    assert len(ratios) == 75
    assert min(ratios) >= 4.5


def test_the_first_paint_comes_within_a_second(browse, lenet):
    page = browse().open(lenet.path)
    paints = page.evaluate(
        "new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().map((item) => item.startTime)))"
        ".observe({ type: 'paint', buffered: true }))"
    )
    assert 0 < min(paints) < 1000


def test_the_keyboard_reaches_every_level(shown, lenet):
    shown.locator(".card button:enabled").first.focus()
    focused = "document.activeElement.querySelector('strong')?.textContent"
    assert shown.evaluate(focused) == "rescale"
    shown.keyboard.press("ArrowRight")
    assert shown.evaluate(focused) == "c1"
    shown.keyboard.press("Enter")
    plane = shown.locator("figure.output .plane")
    plane.wait_for()
    assert plane.evaluate("(element) => element === document.activeElement")
    before = shown.evaluate("location.hash")
    shown.keyboard.press("ArrowRight" if ",27&" not in before else "ArrowLeft")
    assert shown.evaluate("location.hash") != before
    go(shown, place(lenet, "c1", channel=3, at=(0, 4, 5)))
    plane.focus()
    for key, expected in (
        ("ArrowDown", "channel=3&at=0,5,5&from=0"),
        ("Shift+ArrowLeft", "channel=3&at=0,5,0&from=0"),
        (".", "channel=4&at=0,5,0&from=0"),
        (",", "channel=3&at=0,5,0&from=0"),
    ):
        shown.keyboard.press(key)
        until(shown, f"location.hash.endsWith('{expected}')")
    shown.keyboard.press("u")
    shown.locator(".unit").wait_for()
    shown.keyboard.press("Escape")
    plane.wait_for()
    shown.keyboard.press("Escape")
    shown.locator(".overview").wait_for()
    assert shown.evaluate(focused) == "c1"  # back where it was left
    shown.keyboard.press("?")
    assert shown.get_by_role("dialog").is_visible()
    shown.keyboard.press("Escape")
    assert not shown.get_by_role("dialog").is_visible()
    assert shown.locator(".overview").is_visible()


def test_the_back_button_goes_back(shown):
    shown.get_by_role("button", name="c3: convolution").click()
    shown.locator("figure.output").wait_for()
    shown.go_back()
    shown.locator(".overview").wait_for()


def test_a_finger_moves_the_window(browse, lenet):
    watched = browse(width=360, has_touch=True)
    page = watched.open(lenet.path)
    go(page, place(lenet, "c3", channel=3, at=(0, 0, 0)))
    plane = page.locator("figure.output .plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.85, box["y"] + box["height"] * 0.25)
    until(page, "location.hash.includes('at=0,2,8')")
    assert number(page, "output") == pytest.approx(float(lenet.outputs()["c3"][3, 2, 8]), abs=EXACT)
    assert watched.complaints == []


def test_a_click_holds_the_place(shown, lenet):
    go(shown, place(lenet, "c3", channel=3, at=(0, 0, 0)))
    hover(shown, 3, 3, 10, 10)
    shown.mouse.down()
    shown.mouse.up()
    hover(shown, 6, 6, 10, 10)
    assert "at=0,3,3" in shown.evaluate("location.hash")
    shown.mouse.down()
    shown.mouse.up()
    assert "at=0,6,6" in shown.evaluate("location.hash")


def test_who_listens_is_told(shown, lenet):
    labels = [card.get_attribute("aria-label") for card in shown.locator(".card button").all()]
    assert labels[2] == "c1: convolution with windows of 5 \N{MULTIPLICATION SIGN} 5, gives 16 by 28 by 28"
    go(shown, place(lenet, "c3", channel=3, at=(0, 4, 5)))
    spoken = shown.locator("[aria-live]")
    until(shown, "document.querySelector('[aria-live]').textContent !== ''")
    words = "map 3, row 4, column 5: {}, the sum of 25 products in each of 16 input channels"
    output = f"{float(lenet.outputs()['c3'][3, 4, 5]):.6f}".replace("-", "\N{MINUS SIGN}")
    assert spoken.inner_text() == words.format(output)
    for canvas in shown.locator("canvas").all():
        assert canvas.get_attribute("aria-hidden") == "true"


def test_the_window_slides_until_it_is_stopped(shown, lenet):
    go(shown, place(lenet, "c3", channel=3, at=(0, 9, 8)))
    shown.get_by_role("button", name="Slide the window").click()
    until(shown, "location.hash.includes('at=0,0,0')")  # from the last back to the first
    shown.get_by_role("button", name="Stop").click()
    before = shown.evaluate("location.hash")
    shown.wait_for_timeout(800)
    assert shown.evaluate("location.hash") == before


def one_axis():
    return nn.Sequential(
        nn.Conv1d(2, 4, 5, dilation=2, padding=4),
        nn.AvgPool1d(3, 2, 1, ceil_mode=True),
        snn.Conv1d(4, 6, 3, padding="same", padding_mode="reflect", groups=2),
        nn.ConvTranspose1d(6, 4, 4, stride=2, padding=1, groups=2),
        nn.AdaptiveAvgPool1d(3),
        nn.Flatten(),
        nn.Linear(12, 3),
    )


def three_axes():
    return nn.Sequential(
        *(nn.Conv3d(1, 3, 3, padding=1), nn.MaxPool3d(2), nn.Conv3d(3, 4, (1, 3, 3)), nn.AdaptiveAvgPool3d(1)),
        *(nn.Flatten(), nn.Linear(4, 2)),
    )


@pytest.mark.parametrize(
    ("make", "shape"),
    [(one_axis, (2, 20)), (Branching, (1, 9, 9)), (three_axes, (1, 6, 8, 8))],
    ids=["one axis", "branches", "three axes"],
)
def test_every_number_of_every_kind_comes_about_as_the_page_says(browse, tmp_path, make, shape):
    """At places all over every value, what the page adds up is what it says the network has."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model, image = make(), torch.rand(shape)
    watched = browse()
    page = watched.open(explain(model, image, tmp_path / "net.html"))
    held = page.evaluate("JSON.parse(document.getElementById('explanation').textContent)")
    taken_apart = [operation["kind"] != "pointwise" for operation in held["operations"]]
    assert sum(taken_apart) >= 5
    for index, value in enumerate(held["values"]):
        if value["producer"] is None or not taken_apart[value["producer"]]:
            continue
        for share in (0, 0.3, 0.7, 1):
            at = [int(share * (size - 1)) for size in value["shape"][1:]]
            position = ",".join(map(str, [0] * (3 - len(at)) + at))
            channel = int(share * (value["shape"][0] - 1))
            if len(value["shape"]) == 1:  # a row of at most 16 units
                position = f"0,0,{channel}"
            go(page, f"layer?value={index}&channel={channel}&at={position}&from={channel}")
            assert numbers(page, "total") == pytest.approx(numbers(page, "output"), abs=EXACT), (
                value["name"],
                position,
            )
            assert numbers(page, "total"), value["name"]
    assert watched.complaints == []


def test_branches_are_drawn_with_a_line_for_each_input(browse, tmp_path):
    watched = browse(width=1400)
    page = watched.open(explain(Branching(), torch.rand(1, 9, 9), tmp_path / "net.html"))
    page.locator(".card canvas").nth(10).wait_for()
    lines = [
        (int(line.get_attribute("data-from")), int(line.get_attribute("data-to")))
        for line in page.locator(".lines path").all()
    ]
    assert lines == [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
        (2, 5),
        (4, 5),
        (5, 6),
        (5, 7),
        (5, 8),
        (6, 8),
        (7, 8),
        (8, 9),
        (9, 10),
    ]
    boxes = [card.bounding_box() for card in page.locator(".card").all()]
    assert boxes[7]["y"] > boxes[6]["y"] + boxes[6]["height"]  # a branch stands under the other
    assert watched.complaints == []


def test_a_large_network_loses_digits_and_weights_and_says_so(browse, tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model, image = resnet18(), torch.rand(3, 224, 224)
    path = explain(model, image, tmp_path / "resnet.html")
    assert path.stat().st_size < 25_000_000
    watched = browse()
    page = watched.open(path)
    notes = page.locator(".overview > .quiet").all_inner_texts()
    assert "rounded to float16" in notes[0]
    assert "left out" in notes[1]
    operations = page.evaluate("JSON.parse(document.getElementById('explanation').textContent).operations")
    missing = [operation["path"] for operation in operations if operation["missing"]]
    assert "11.conv2" in missing  # of 512 channels
    assert "0" not in missing
    go(page, "layer?value=1&channel=5&at=0,40,50&from=1")
    assert number(page, "total") == pytest.approx(number(page, "output"), abs=0.01)
    last = max(index for index, operation in enumerate(operations) if operation["path"] == "11.conv2")
    go(page, f"layer?value={last + 1}&channel=5&at=0,3,3&from=0")
    assert page.locator(".note").inner_text() == operations[last]["missing"]
    assert watched.complaints == []
