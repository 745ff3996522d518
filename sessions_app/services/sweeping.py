"""Working through rows that are overdue, one transaction each: one that fails keeps no other waiting.

What failed is still due, so the next sweep tries it again. The log names the row and the place in our code alone:
the text of an error may carry what people wrote.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from sessions_app.domain.permissions import Actor
from sessions_app.services.unit_of_work import Platform, UnitOfWork

_log = logging.getLogger(__name__)


def each(
    platform: Platform, ids: Iterable[str], sweep_one: Callable[[UnitOfWork, str], bool], *, what: str
) -> int:
    """Run ``sweep_one`` for every id, as the system; return for how many it said True. Raises nothing of its own.

    ``what`` names the kind of row in the log ("booking").
    """
    swept = 0
    for row_id in ids:
        try:
            swept += platform.run(sweep_one, Actor.system(), row_id)
        except Exception as broken:
            ours = [at for at in traceback.extract_tb(broken.__traceback__) if "sessions_app" in at.filename]
            _log.error(
                "%s %s cannot be swept: %s at %s",
                what,
                row_id,
                type(broken).__name__,
                " < ".join(f"{Path(at.filename).name}:{at.lineno}" for at in reversed(ours)),
            )
    return swept
