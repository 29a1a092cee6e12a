"""The labelling server, asked as a browser asks it, and as no browser of ours would."""

import json
import threading
import urllib.error
import urllib.request
from urllib.parse import urlencode

import cv2
import numpy as np
import pytest

from models.errors import PictureError
from models.labels.handing_out import Plan, lay_out
from models.labels.label import Frame, Presence, State
from models.labels.label_site import LabelSite
from models.labels.labelling import Labelling
from models.labels.server import open_server
from models.labels.store import Store

TOKENS = {"anna": "token-of-anna", "ben": "token-of-ben"}
POINTS = [{"state": "marked", "x": 3.456, "y": 4}, {"state": "not_visible"}, None]


def image_of(key):
    number = int(key[0].partition(".")[0])
    if number == 9:
        raise PictureError(f"{key[0]}: cannot be read")
    return np.full((20, 30), number, np.uint8)


@pytest.fixture
def serve(tmp_path):
    """Serve frames 0, 1, 2 ... and return what asks for a path as an annotator."""
    servers = []

    def served(*numbers):
        store = Store(tmp_path / "labels.csv")
        labelling = Labelling(
            store=store,
            deck=lay_out(
                Plan(frames=[(f"{n}.png", 0) for n in numbers], share=0.0, keeps_order=True)
            ),
            annotators=list(TOKENS),
            frame_of=lambda key: Frame(*key, image_of(key).shape[::-1]),
            now_s=lambda: 0.0,
        )
        site = LabelSite(labelling=labelling, tokens=TOKENS, image_of=image_of)
        server = open_server(site, "127.0.0.1", 0)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))

        def ask(path, token="token-of-anna", body=None, **words):
            address = f"http://127.0.0.1:{server.server_address[1]}/{path}"
            query = urlencode({"token": token, **words})
            try:
                with urllib.request.urlopen(f"{address}?{query}", body, timeout=10) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.read()

        return ask, store

    yield served
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def label(at=0, presence="present", heads=(POINTS,), **more):
    return json.dumps({"at": at, "presence": presence, "heads": list(heads), **more}).encode()


def test_what_a_page_sends_is_kept_under_the_name_its_token_stands_for(serve):
    ask, store = serve(0, 1)

    status, found = ask("task")
    kept, _ = ask("confirm", body=label(annotator="ben", who="ben"))

    assert (status, kept) == (200, 200)
    assert json.loads(found)["size"] == [30, 20]
    (only,) = store.labels
    assert only.annotator == "anna"
    assert only.points[0].at_px == (3.46, 4.0)
    assert [point.state for point in only.points] == [
        State.MARKED,
        State.NOT_VISIBLE,
        State.NOT_GIVEN,
    ]


@pytest.mark.parametrize("token", ["", "token-of-dora", "token-of-ann", "é"])
@pytest.mark.parametrize("path", ["", "task", "progress", "picture", "confirm"])
def test_a_wrong_token_is_refused_everywhere(serve, path, token):
    ask, store = serve(0)
    ask("task")

    status, said = ask(path, token, label() if path == "confirm" else None, at=0)

    assert status == 403
    assert b"no valid token" in said
    assert not len(store.labels)


def test_a_task_gives_away_neither_the_frame_nor_the_pass(serve):
    ask, _ = serve(0)

    _, found = ask("task")

    assert b"png" not in found
    assert b"repeat" not in found


def test_only_the_pictures_that_one_was_handed_are_shown(serve):
    ask, _ = serve(7, 5)
    ask("task")

    status, picture = ask("picture", at=0)

    assert status == 200
    assert (cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED) == 7).all()
    assert ask("picture", at=1)[0] == 404
    assert ask("picture", "token-of-ben", at=0)[0] == 404


def test_a_frame_that_cannot_be_read_is_left_out_and_the_next_one_shown(serve):
    ask, _ = serve(9, 3)

    status, _ = ask("task")

    assert status == 200
    assert cv2.imdecode(np.frombuffer(ask("picture", at=0)[1], np.uint8), -1)[0, 0] == 3
    ask("confirm", body=label(presence="absent", heads=()))
    assert json.loads(ask("task")[1])["finished"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", b"no JSON"),
        (b"[" * 60_000, b"no JSON"),
        (b"x" * 100_000, b"no JSON"),
        (b"[]", b"which frame"),
        (label(at=0.5), b"which frame"),
        (label(at=5), b"not handed to you"),
        (label(presence="perhaps"), b"presence 'perhaps'"),
        (label(heads=[[None] * 3]), b"nothing is said"),
        (label(heads=[POINTS[:2]]), b"a head of 2 points"),
        (label(heads=[[{"state": "marked", "x": 1}, None, None]]), b"a state and a place"),
        (label(heads=[[{"state": "marked", "x": 1, "y": 99}, None, None]]), b"outside the picture"),
        (label(heads=[POINTS] * 21), b"21 heads"),
        (label().replace(b"3.456", b"NaN"), b"a state and a place"),
        (label().replace(b"3.456", b"1e999"), b"a state and a place"),
    ],
)
def test_what_is_no_label_is_refused_with_its_reason(serve, body, why):
    ask, store = serve(0)
    ask("task")

    status, said = ask("confirm", body=body)

    assert (status, why in said) == (400, True), said
    assert not len(store.labels)


def test_a_label_that_cannot_be_written_is_not_called_kept(serve, tmp_path):
    ask, _ = serve(0)
    ask("task")
    (tmp_path / "labels.csv").write_text("another's")

    status, said = ask("confirm", body=label())

    assert status == 500
    assert b"another program has changed" in said


@pytest.mark.parametrize("path", ["../server.py", "labels.csv", "label_site.py", "x.js"])
def test_nothing_but_the_page_is_served(serve, path):
    ask, _ = serve(0)

    assert ask(path)[0] == 404


def test_many_at_once_lose_nothing_and_share_the_frames(serve):
    ask, store = serve(*(n for n in range(9)), *range(10, 40))

    def label_on(who):
        while True:
            found = json.loads(ask("task", TOKENS[who])[1])
            if "finished" in found:
                return
            body = label(found["at"], "absent", ())
            assert ask("confirm", TOKENS[who], body)[0] == 200

    threads = [threading.Thread(target=label_on, args=(who,)) for who in TOKENS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    first = [one for one in store.labels if one.repeat == 0]
    frames = [one.frame.file for one in first]
    assert len(frames) == len(set(frames)) == 39
    assert set(store.labels.annotators) == set(TOKENS)
    assert all(one.presence is Presence.ABSENT for one in store.labels)
    assert list(Store(store.file).labels) == list(store.labels)
