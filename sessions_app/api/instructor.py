"""What an instructor takes away from their home: the figures as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from sessions_app.api.dependencies import PlatformDep, ReaderDep
from sessions_app.api.errors import refusals
from sessions_app.api.schemas import Incoming
from sessions_app.domain.errors import NotAllowed, Unauthenticated
from sessions_app.domain.plain_text import spreadsheet_cell
from sessions_app.services.queries import instructor_figures
from sessions_app.services.queries.instructor_figures import Figures

router = APIRouter(prefix="/api/instructor", tags=["instructors"])

HEADINGS = (
    "date", "sessions", "completed", "cancelled", "no_shows", "booked_minutes", "offered_minutes", "timezone",
)  # fmt: skip


class FiguresFile(Response):
    """A CSV file (RFC 4180)."""

    media_type = "text/csv; charset=utf-8"


_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A CSV file (RFC 4180), a row for each local date.", "content": {"text/csv": {}}},
    **refusals(Unauthenticated, NotAllowed),
}


class FiguresQuery(Incoming):
    """Which period, in days up to today."""

    days: Literal["7", "28", "90"] = "28"


@router.get("/figures.csv", response_class=Response, responses=_FILE)
def figures_file(
    platform: PlatformDep, actor: ReaderDep, query: Annotated[FiguresQuery, Query()]
) -> FiguresFile:
    """The acting instructor's figures of 7, 28 or 90 days."""
    period = int(query.days)
    figures = platform.read(instructor_figures.figures, actor, period=period)
    name = f"figures-{figures.today.isoformat()}-{period}-days.csv"
    return FiguresFile(_written(figures), headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _written(figures: Figures) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEADINGS)
    for day in figures.days:
        cells = (
            day.on.isoformat(),
            day.sessions,
            day.completed,
            day.cancelled,
            day.no_shows,
            day.booked_minutes,
            day.offered_minutes,
            figures.zone,
        )
        rows.writerow(spreadsheet_cell(str(cell)) for cell in cells)
    return text.getvalue()
