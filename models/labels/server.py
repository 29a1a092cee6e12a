"""The labelling page over HTTP: who asks, what for, and nothing of what it means.

Each annotator has an address with a token; whatever a page sends is taken as hers whose token it
bears, so that nobody can write as another. Everything comes from this package: no network needed.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from models.errors import ModelError, PictureError
from models.labels.label_site import LabelSite
from models.labels.text_files import Json

log = logging.getLogger(__name__)
_PAGES = {
    "/": ("label_page.html", "text/html; charset=utf-8"),
    "/label_page.js": ("label_page.js", "text/javascript; charset=utf-8"),
    "/label_view.js": ("label_view.js", "text/javascript; charset=utf-8"),
}
_MOST_BYTES = 64 * 1024
_PATIENCE_S = 30.0  # with a browser that begins to ask and stops
_ONLY_OURS = "default-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _ONLY_OURS,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def open_server(site: LabelSite, host: str, port: int) -> ThreadingHTTPServer:
    """Listen, each request in a thread of its own; `port` 0 takes a free one.

    Raises:
        OSError: the address is not this computer's, or the port is taken.
    """

    class Bound(_Handler):
        served = site

    return _Server((host, port), Bound)


class _Server(ThreadingHTTPServer):
    allow_reuse_address = sys.platform != "win32"  # there it would share a port that is taken

    def handle_error(self, request: object, client_address: object) -> None:
        """Say that a request failed in the log; a page that was closed meanwhile is none."""
        if not isinstance(sys.exception(), ConnectionError):
            log.exception("a request failed")


class _Handler(BaseHTTPRequestHandler):
    served: LabelSite
    timeout = _PATIENCE_S

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        is_sound = length.isdecimal() and int(length) <= _MOST_BYTES
        # It is read whoever sent it: an answer before that would be lost on its way.
        sent = self.rfile.read(int(length)) if is_sound else b""
        self._answer(lambda path, annotator, _: self._post(path, annotator, sent))

    def log_message(self, format: str, *args: object) -> None:  # tokens stand in the addresses
        log.debug("request of %s", self.client_address[0])

    def _answer(self, find: Callable[[str, str, Mapping[str, str]], None]) -> None:
        address = urlsplit(self.path)
        words = {name: values[0] for name, values in parse_qs(address.query).items()}
        annotator = self.served.annotator(words.get("token", ""))
        if annotator is None and not address.path.endswith(".js"):
            self._refuse(
                HTTPStatus.FORBIDDEN,
                "This address holds no valid token: ask whoever started the labelling for yours "
                "(each start makes new ones).",
            )
            return
        try:
            find(address.path, annotator or "", words)
        except ValueError as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except PictureError as error:
            self._refuse(HTTPStatus.NOT_FOUND, str(error))
        except ModelError as error:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def _get(self, path: str, annotator: str, words: Mapping[str, str]) -> None:
        at = int(words["at"]) if words.get("at", "").isdecimal() else None
        if path in _PAGES:
            name, kind = _PAGES[path]
            self._send(Path(__file__).with_name(name).read_bytes(), kind)
        elif path == "/task":
            self._send_json(self.served.task(annotator, at))
        elif path == "/progress":
            self._send_json(self.served.progress(annotator))
        elif path == "/picture" and at is not None:
            picture = self.served.picture(annotator, at)
            if picture is None:
                self._refuse(HTTPStatus.NOT_FOUND, "This frame was not handed to you.")
            else:
                self._send(picture, "image/png")
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "There is nothing here.")

    def _post(self, path: str, annotator: str, sent: bytes) -> None:
        if path != "/confirm":
            self._refuse(HTTPStatus.NOT_FOUND, "There is nothing here.")
            return
        try:
            message: Json = json.loads(sent)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise ValueError("what was sent is no JSON, or too long") from error
        self._send_json(self.served.confirm(annotator, message))

    def _send_json(self, content: Json) -> None:
        self._send(json.dumps(content, allow_nan=False).encode(), "application/json")

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._send(why.encode(), "text/plain; charset=utf-8", status)

    def _send(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
