"""The pages that reports are made of: one file each, pictures inside, no network needed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#23282d;margin:0 auto;max-width:1080px;padding:24px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:38px 0 8px}
.quiet{color:#68717a}.cards{display:grid;gap:12px;grid-template-columns:1fr 1fr}
.card{border:1px solid #dfe3e6;border-radius:8px;padding:12px 16px}
.card h3{font-size:13px;margin:0;color:#68717a;font-weight:600}
.card b{display:block;font-size:16px;margin:2px 0 6px}.card p{margin:0;font-size:14px}
.card .todo{margin-top:8px;padding-left:10px;border-left:3px solid #d99a2b}
.wide{grid-column:1/-1}img{max-width:100%}
.plots img{max-width:49%;margin:4px 0;vertical-align:middle}
.plots img:last-child,.plots img.wide{max-width:100%}
table{border-collapse:collapse;font-size:13.5px;margin:6px 0}
td,th{padding:4px 10px;text-align:right;border-bottom:1px solid #e8ebed}
th{font-weight:600;color:#4a525a}td:first-child,th:first-child,.left{text-align:left}
.frames{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(240px,1fr))}
figure{margin:0}figure img{width:100%;border-radius:6px;display:block}
figcaption{font-size:12.5px;margin-top:4px;overflow-wrap:anywhere}
.dot{display:inline-block;width:10px;height:10px;border-radius:5px;margin:0 4px 0 12px}
"""


def page(title: str, body: Sequence[str]) -> str:
    """Return a whole page around parts of HTML."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style>{''.join(body)}</html>\n"
    )


def table(title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a titled table, or nothing where it has no rows; `head` may be empty."""
    if not rows:
        return ""
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    first = f"<tr>{heads}</tr>" if head else ""
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<h2>{escape(title)}</h2><p class=quiet>{escape(note)}</p><table>{first}{lines}</table>"


def card(title: str, figure: str, meaning: str, todo: str) -> str:
    """Return a statement in a box: a figure, what it means, and what to do (may be empty)."""
    advice = f"<p class=todo>{escape(todo)}</p>" if todo else ""
    wide = " wide" if not meaning else ""
    said = (
        f"<p>{escape(figure)}</p>" if wide else f"<b>{escape(figure)}</b><p>{escape(meaning)}</p>"
    )
    return f"<div class='card{wide}'><h3>{escape(title)}</h3>{said}{advice}</div>"


def inline(content: bytes, kind: str) -> str:
    """Return a picture's address that holds the picture itself; `kind` is png or jpeg."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
