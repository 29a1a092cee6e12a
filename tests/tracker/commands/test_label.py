"""`wormlock label`: the page in a real browser."""

import os
import re
import threading
from contextlib import contextmanager

import cv2
import numpy as np
import pytest

from models.labels import server
from models.labels.assembly import Reading
from models.labels.label import Presence, State
from models.labels.plain_csv import read_csv
from tracker.commands.main import main

SHAPE = (120, 160)


@pytest.fixture
def frames(tmp_path):
    """Eight frames, each of its own grey with a dark square."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(8):
        image = np.full(SHAPE, 100 + 10 * number, np.uint8)
        image[40:60, 50:70] = 30
        assert cv2.imwrite(str(folder / f"{number}.png"), image)
    return folder


@pytest.fixture
def labelling(tmp_path, frames, monkeypatch, capsys):
    """Run the command in a thread; yields everybody's address, and ends as Ctrl-C does."""
    opened = []

    def opens(*words):
        opened.append(real(*words))
        ready.set()
        return opened[-1]

    ready, real = threading.Event(), server.open_server
    monkeypatch.setattr(server, "open_server", opens)

    @contextmanager
    def begun(*words):
        ready.clear()
        given = [str(frames), "--labels", str(tmp_path / "labels.csv"), "--port", "0", *words]
        thread = threading.Thread(target=main, args=(["label", *given],))
        thread.start()
        assert ready.wait(20)
        try:
            addresses = {}
            while not addresses:
                addresses |= dict(re.findall(r"^(\w+): (http\S+)$", capsys.readouterr().out, re.M))
            yield addresses
        finally:
            opened[-1].shutdown()
            thread.join()

    return begun


def read(tmp_path):
    findings = read_csv(tmp_path / "labels.csv", Reading())
    assert findings.faults == []
    return [found.label for found in findings.found]


def at_frame(page, number):
    page.get_by_text(re.compile(rf"^frame {number}\b")).wait_for(timeout=10_000)


def click(page, x_px, y_px):
    """Click the middle of a pixel of the frame, which is shown whole."""
    box = page.locator("#frame").bounding_box()
    scale = box["width"] / SHAPE[1]
    page.mouse.click(box["x"] + (x_px + 0.5) * scale, box["y"] + (y_px + 0.5) * scale)


def test_a_click_a_point_and_keys_for_the_rest(labelling, browse, tmp_path):
    with labelling("--annotator", "anna", "--share", "0") as addresses:
        page = browse(addresses["anna"])
        at_frame(page, 1)
        page.keyboard.press("Enter")
        assert "Nothing is said" in page.inner_text("#message")
        for x_px, y_px in ((20, 30), (40, 50), (60, 70)):
            click(page, x_px, y_px)
        assert page.inner_text("#asks") == "Enter confirms"
        page.keyboard.press("Enter")
        at_frame(page, 2)
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        at_frame(page, 3)
        page.keyboard.press("v")
        page.keyboard.press("h")
        click(page, 80, 90)
        page.keyboard.press("Enter")
        assert "Not given: terminal bulb" in page.inner_text("#message")
        page.keyboard.press("Enter")
        at_frame(page, 4)
        page.keyboard.press("s")
        page.keyboard.press("Enter")
        at_frame(page, 5)

    marked, absent, partly, undecided = read(tmp_path)
    assert marked.keypoints_px() == pytest.approx(
        np.array([[20, 30], [40, 50], [60, 70]]), abs=0.51
    )
    assert absent.presence is Presence.ABSENT
    assert [point.state for point in partly.points] == [
        State.NOT_VISIBLE,
        State.HIDDEN,
        State.NOT_GIVEN,
    ]
    assert undecided.presence is Presence.UNDECIDED
    assert {label.annotator for label in read(tmp_path)} == {"anna"}


def test_undo_previous_and_a_second_animal(labelling, browse, tmp_path):
    with labelling("--annotator", "anna") as addresses:
        page = browse(addresses["anna"])
        at_frame(page, 1)
        click(page, 20, 30)
        click(page, 99, 99)
        page.keyboard.press("u")
        assert page.inner_text("#asks") == "Click the metacorpus"
        click(page, 40, 50)
        page.keyboard.press("v")
        page.keyboard.press("m")
        for x_px in (100, 110, 120):
            click(page, x_px, 80)
        page.keyboard.press("Enter")
        at_frame(page, 2)
        page.keyboard.press("ArrowLeft")
        at_frame(page, 1)
        assert "confirmed" in page.inner_text("#place")
        page.keyboard.press("1")
        click(page, 10, 15)
        page.keyboard.press("ArrowRight")
        at_frame(page, 2)

    first, second = read(tmp_path)
    assert (first.animal, second.animal) == (0, 1)
    assert first.keypoints_px()[:2] == pytest.approx(np.array([[10, 15], [40, 50]]), abs=0.51)
    assert second.keypoints_px()[2] == pytest.approx([120, 80], abs=0.51)


def test_near_the_head_a_click_means_the_same_place(labelling, browse, tmp_path):
    shown = "document.getElementById('frame').toDataURL()"
    with labelling("--annotator", "anna") as addresses:
        page = browse(addresses["anna"])
        at_frame(page, 1)
        click(page, 60, 50)
        whole = page.evaluate(shown)
        page.keyboard.press("z")
        assert page.evaluate(shown) != whole
        box = page.locator("#frame").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.keyboard.press("z")
        grey = page.evaluate(shown)
        page.keyboard.press("c")
        assert page.evaluate(shown) != grey
        page.keyboard.press("v")
        page.keyboard.press("Enter")
        at_frame(page, 2)

    (label,) = read(tmp_path)
    nose_px, metacorpus_px, _ = label.keypoints_px()
    assert nose_px == pytest.approx([60, 50], abs=0.51)
    assert metacorpus_px == pytest.approx(nose_px, abs=0.2)


def test_two_people_at_once_share_the_frames_and_keep_their_names(labelling, browse, tmp_path):
    words = ["--annotator", "anna", "--annotator", "ben", "--share", "0.25", "--people", "2"]
    with labelling(*words) as addresses:
        pages = {who: browse(address) for who, address in addresses.items()}
        for number in range(1, 6):
            for page in pages.values():
                at_frame(page, number)
                page.keyboard.press("a")
            for page in pages.values():
                page.keyboard.press("Enter")
        for page in pages.values():
            page.get_by_text("Nothing is left for you").wait_for()
        told = pages["ben"].inner_text("#progress")
        assert "anna: 5" in told
        assert "ben: 5" in told
        pages["anna"].keyboard.press("ArrowLeft")
        at_frame(pages["anna"], 5)

    labels = read(tmp_path)
    voices = [len({one.annotator for one in labels if one.frame == of.frame}) for of in labels]
    assert len({label.frame for label in labels}) == 8
    assert sorted(voices) == [1] * 6 + [2] * 4


def test_a_wrong_token_is_told_and_shows_nothing(labelling, browse):
    with labelling("--annotator", "anna") as addresses:
        page = browse(addresses["anna"].partition("token=")[0] + "token=guessed")

        assert "no valid token" in page.inner_text("body")
        assert page.locator("#frame").count() == 0


def test_a_proposal_is_no_label_until_it_is_taken_and_confirmed(
    browse, labelling, tmp_path, frames
):
    example = tmp_path / "example"
    assert main(["labels", "example", "--out", str(example), "--frames", "6"]) == 0
    for number, file in enumerate(sorted((example / "frames").iterdir())):
        file.replace(frames / f"{number}.png")
    words = ["--annotator", "anna", "--model", "shipped", "--share", "0"]
    with labelling(*words) as addresses:
        page = browse(addresses["anna"])
        number = 1
        at_frame(page, number)
        while not page.locator("#proposal").is_visible():
            page.keyboard.press("a")
            page.keyboard.press("Enter")
            number += 1
            at_frame(page, number)
        page.keyboard.press("Enter")
        assert "Nothing is said" in page.inner_text("#message")
        assert len(read(tmp_path)) == number - 1
        page.keyboard.press("y")
        assert not page.locator("#proposal").is_visible()
        page.keyboard.press("Enter")
        at_frame(page, number + 1)

    last = read(tmp_path)[-1]
    assert last.tool == "wormlock label, proposal of shipped"
    assert np.isfinite(last.keypoints_px()).all()


def test_what_is_not_saved_is_told_and_stays_on_the_page(labelling, browse, tmp_path):
    with labelling("--annotator", "anna") as addresses:
        page = browse(addresses["anna"])
        at_frame(page, 1)
        click(page, 20, 30)
        (tmp_path / "labels.csv").write_text("another program's")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.get_by_text("another program has changed").wait_for()

        assert "nose: marked" in page.inner_text("#points")
        assert "frame 1" in page.inner_text("#place")


def test_a_worklist_is_shown_with_its_reasons_and_ones_own_marks(labelling, browse, tmp_path):
    with labelling("--annotator", "anna", "--share", "0") as addresses:
        page = browse(addresses["anna"])
        for number in range(1, 9):
            at_frame(page, number)
            click(page, 10 * number, 20)
            page.keyboard.press("v")
            page.keyboard.press("v")
            page.keyboard.press("Enter")
        page.get_by_text("Nothing is left").wait_for()
    before = {label.frame.file: label for label in read(tmp_path)}
    worklist = tmp_path / "worklist.csv"
    worklist.write_text("file,index,animal,why\n5.png,0,0,<b>nose</b> on the tail\n2.png,0,0,\n")
    later = 2**31
    os.utime(worklist, (later, later))

    with labelling("--annotator", "anna", "--only", str(worklist)) as addresses:
        page = browse(addresses["anna"])
        page.get_by_text("<b>nose</b> on the tail").wait_for()
        assert "nose: marked" in page.inner_text("#points")
        assert "confirmed" not in page.inner_text("#place")
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        page.get_by_text("frame 2").wait_for()

    after = {label.frame.file: label for label in read(tmp_path)}
    assert after.pop("5.png").presence is Presence.ABSENT
    assert after == {file: label for file, label in before.items() if file != "5.png"}
