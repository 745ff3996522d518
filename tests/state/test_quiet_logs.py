"""A failed event is logged by its name, never with the cookie or what somebody typed."""

from __future__ import annotations

import logging

import pytest

from sessions_app.state import quiet_logs

LOGGER = logging.getLogger("reflex_base.event.processor.event_processor")
FAILED = (
    "Error in reflex_event|Event(name='app_state.save', router_data={'headers': {'cookie': 'sid=secret'}}, "
    "payload={'name': 'private'}) [txid=8cc7a5f11329]:"
)


def test_a_failed_event_is_logged_by_its_name_alone(caplog: pytest.LogCaptureFixture) -> None:
    quiet_logs.install()
    quiet_logs.install()
    LOGGER.error(FAILED)
    assert [record.getMessage() for record in caplog.records] == [
        "Event app_state.save failed [txid=8cc7a5f11329]"
    ]


def test_the_token_of_a_tab_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    quiet_logs.install()
    LOGGER.error("Error in reflex_event|app_state.save|af149dc4-e677|8cc7a5f11329 [txid=8cc7a5f11329]:")
    assert caplog.messages == ["Error in app_state.save|8cc7a5f11329 [txid=8cc7a5f11329]:"]


def test_other_messages_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    quiet_logs.install()
    LOGGER.error("Error in event processor queue task during %s:", "shutdown")
    assert caplog.messages == ["Error in event processor queue task during shutdown:"]
