"""An evaluation as one page: what the figures mean, tables, plots, and the frames themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from models.detection import GreyImage
from models.evaluate.browser import browser_of
from models.evaluate.evaluation import Evaluation
from models.evaluate.heat import HeatMaker
from models.evaluate.plots import plots_of
from models.evaluate.truth import TrueFrame
from models.evaluate.words import (
    STRATUM_HEAD,
    TABLE_HEAD,
    statements,
    stratum_rows,
    table_rows,
)
from models.html_page import card, inline, page, table


def page_of(
    evaluation: Evaluation,
    images: Callable[[TrueFrame], GreyImage],
    *,
    title: str,
    um_per_px: float | None,
    most_pictures: int,
    heats: Mapping[str, HeatMaker],
) -> str:
    """Return the page as HTML; it holds the pictures of the `most_pictures` worst frames.

    `heats` make the heat maps of those models that have some.
    """
    cards = "".join(
        card(said.title, said.figure, said.meaning, said.todo) for said in statements(evaluation)
    )
    plots = "".join(f"<img alt='' src='{inline(plot, 'png')}'>" for plot in plots_of(evaluation))
    return page(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            f"<div class=cards>{cards}</div>",
            _models(evaluation, um_per_px),
            f"<h2>Plots</h2><div class=plots>{plots}</div>",
            browser_of(evaluation, images, most_pictures=most_pictures, key=title, heats=heats),
            *(
                table(
                    f"{name}, by kind of frame",
                    "Found: within half a head's length; in brackets what chance leaves open.",
                    STRATUM_HEAD,
                    stratum_rows(evaluation, name),
                )
                for name in evaluation.judged
            ),
        ],
    )


def _models(evaluation: Evaluation, um_per_px: float | None) -> str:
    """Return the models' table, a column a model: figures below each other are read more easily."""
    head, *lines = zip(TABLE_HEAD, *table_rows(evaluation, um_per_px=um_per_px), strict=True)
    return table(
        "Models",
        "Errors in pixels, micrometres if the scale is known, and of the head.",
        head,
        lines,
    )
