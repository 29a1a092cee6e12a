"""`wormlock evaluate`: models judged on labels, in tables, in words and on a page."""

import csv
import json
import shutil

import pytest

from models.contract import SHIPPED_MANIFEST, load_model
from tracker.commands.main import main


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """The shipped model and its bare graph, judged on the example's labels of three people."""
    folder = tmp_path_factory.mktemp("evaluated")
    assert main(["labels", "example", "--out", str(folder), "--frames", "24"]) == 0
    passes = [str(folder / name) for name in ("anna.csv", "ben.json", "cleo.json")]
    table = str(folder / "labels.csv")
    assert main(["labels", "import", *passes, "--out", table]) == 0
    shutil.copy(load_model(SHIPPED_MANIFEST).search_file, folder / "graph.onnx")
    words = ["--images", str(folder / "frames"), "--out", str(folder / "out")]
    words += ["--json", str(folder / "figures.json"), "--um-per-px", "1.26"]
    assert main(["evaluate", "shipped", str(folder / "graph.onnx"), table, *words]) == 0
    return folder


def test_figures_are_written_for_every_model(evaluated):
    figures = json.loads((evaluated / "figures.json").read_text())

    own, graph = figures["shipped"], figures[str(evaluated / "graph.onnx")]
    assert own["within_half_length"]["count"] >= 0.9 * own["heads"] > 0
    assert own["px"] == graph["px"]


def test_the_page_is_leafed_through_by_keys_clicks_and_filters(evaluated, browse):
    page = browse((evaluated / "out" / "evaluation.html").as_uri())

    def told():
        return page.inner_text("#told").splitlines()[0]

    rows = page.locator("#list button")
    assert rows.count() == int(page.inner_text("#count").split(" of ")[1].split()[0])
    worst = told()
    page.keyboard.press("ArrowRight")
    assert told() != worst
    page.keyboard.press("ArrowLeft")
    assert told() == worst
    rows.nth(5).click()
    assert told() in rows.nth(5).inner_text()
    page.locator("#plot").click(position={"x": 12, "y": 60})
    assert told() == worst
    page.select_option("#outcome", "rightly empty")
    assert all("rightly empty" in row for row in rows.all_inner_texts())


def test_layers_are_switched_and_the_address_brings_the_same_view_back(evaluated, browse):
    address = (evaluated / "out" / "evaluation.html").as_uri()
    page = browse(address)
    page.select_option("#outcome", "found")  # whatever is worst, here there is a head to see
    # Drawn anew, for a picture that has come may not have been drawn yet.
    shown = "drawFrame(), document.getElementById('frame').toDataURL()"
    page.wait_for_function("pictures.size && [...pictures.values()].every((one) => one.complete)")
    page.keyboard.press("z")
    before = page.evaluate(shown)
    page.keyboard.press("2")
    without = page.evaluate(shown)

    again = browse(page.url)
    again.wait_for_function("pictures.size && [...pictures.values()].every((one) => one.complete)")

    assert without != before
    assert again.evaluate(shown) == without
    assert not again.locator("[data-layer=consensus] input").is_checked()


def test_a_heat_map_lies_over_the_picture_once_it_is_asked_for(evaluated, browse):
    page = browse((evaluated / "out" / "evaluation.html").as_uri())
    page.select_option("#outcome", "found")
    shown = "drawFrame(), document.getElementById('frame').toDataURL()"
    loaded = "pictures.size && [...pictures.values()].every((one) => one.complete)"
    page.wait_for_function(loaded)
    box = page.locator("[data-layer='heat shipped'] input")
    before = page.evaluate(shown)
    assert not box.is_checked()

    box.check()
    page.wait_for_function(loaded)

    assert page.evaluate(shown) != before
    again = browse(page.url)  # the address says that it is on
    assert again.locator("[data-layer='heat shipped'] input").is_checked()


def test_a_label_that_is_wrong_goes_onto_a_worklist(evaluated, browse, tmp_path):
    page = browse((evaluated / "out" / "evaluation.html").as_uri())
    file = page.inner_text("#told").splitlines()[0]
    page.fill("#why", 'nose on the "tail", I think')
    page.click("#wrong")

    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(tmp_path / "worklist.csv")

    with (tmp_path / "worklist.csv").open() as saved:
        (row,) = csv.DictReader(saved)
    assert (row["file"], row["why"]) == (file, 'nose on the "tail", I think')
    assert "marked for a second look" in page.inner_text("#told")


def test_the_page_is_saved_as_one_file_with_what_was_marked(evaluated, browse, tmp_path):
    page = browse((evaluated / "out" / "evaluation.html").as_uri())
    page.fill("#why", "</script> of the tail")
    page.click("#wrong")
    marked = page.inner_text("#list .here")
    with page.expect_download() as download:
        page.click("#keep")
    download.value.save_as(tmp_path / "kept.html")

    colleague = browse((tmp_path / "kept.html").as_uri())

    assert colleague.inner_text("#list .here") == marked
    assert marked.startswith("✎")
    assert "</script> of the tail" in colleague.inner_text("#told")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shipped", "{}/nosuch.csv"], "nosuch.csv"),
        (["shipped", "shipped", "{}/labels.csv"], "named twice"),
        (["nosuch.yaml", "{}/labels.csv", "--images", "{}/frames"], "nosuch.yaml"),
        (["shipped", "{}/labels.csv", "--images", "{}"], "missing or unreadable"),
        (["shipped", "{}/labels.csv", "--out", "{}/out"], "exists already"),
        (["shipped", "{}/labels.csv", "--um-per-px", "0"], "above 0"),
    ],
    ids=["labels", "twice", "model", "pictures", "exists", "scale"],
)
def test_what_cannot_be_judged_is_refused_in_one_line(evaluated, capsys, words, said):
    status = main(["evaluate", *(word.format(evaluated) for word in words)])

    printed = capsys.readouterr().err.strip()
    assert status == 2
    assert said in printed
    assert "Traceback" not in printed
