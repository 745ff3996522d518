"""Keeps secrets out of the log.

When an event fails before it reaches one of our guards, Reflex logs the whole event: the connection's headers with
the login cookie, and whatever the person had typed. What helps to find the cause is the event's name and the
traceback; the rest is left out here.
"""

from __future__ import annotations

import logging
import re

_EVENT_LOGGER = "reflex_base.event.processor.event_processor"
_NAME = re.compile(r"name=['\"]([\w.]+)['\"]")
_REFERENCE = re.compile(r"\[txid=\w+\]")
_TASK = re.compile(r"reflex_event\|([\w.]+)\|[^|\]]*")
_logger = logging.getLogger(__name__)


class _OnlyTheName(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "router_data" in message or "payload" in message:
            name, reference = _NAME.search(message), _REFERENCE.search(message)
            record.msg = (
                f"Event {name[1] if name else '?'} failed {reference[0] if reference else ''}".rstrip()
            )
            record.args = ()
        elif "reflex_event|" in message:
            record.msg, record.args = (
                _TASK.sub(r"\1", message),
                (),
            )  # what follows the name opens the tab's state
        return True


def log_failure(exception: Exception) -> None:
    """What Reflex calls for an error outside our guards: log it; the page needs no script to be told nothing."""
    _logger.error("Unexpected error outside a guarded handler", exc_info=exception)


def install() -> None:
    """Have Reflex log failed events by name; safe to call twice."""
    logger = logging.getLogger(_EVENT_LOGGER)
    if not any(isinstance(one, _OnlyTheName) for one in logger.filters):
        logger.addFilter(_OnlyTheName())
