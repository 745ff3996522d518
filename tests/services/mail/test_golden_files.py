"""Every mail, word for word; ``python -m tests.services.mail.golden`` writes the files anew."""

from __future__ import annotations

import pytest

from tests.services.mail.examples import Message, every_message
from tests.services.mail.golden import FOLDER, LAID_OUT, as_text

MESSAGES = {message.name: message for message in every_message()}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_a_mail_says_what_its_golden_file_says(message: Message) -> None:
    assert as_text(message) == (FOLDER / f"{message.name}.txt").read_text(encoding="utf-8")


def test_a_mail_is_laid_out_as_its_golden_file_is() -> None:
    assert MESSAGES[LAID_OUT].rendered().html == (FOLDER / f"{LAID_OUT}.html").read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    names = {path.name for path in FOLDER.iterdir()}
    assert names == {f"{name}.txt" for name in MESSAGES} | {f"{LAID_OUT}.html"}
