"""Mails: an outbox message's frozen facts, worded and laid out for one recipient.

    facts.py      reads the facts that ``notifications`` froze
    letters.py    what each mail says, to the student, the guardian and the instructor
    palette.py    the colours of a mail, by day and by night
    templates/    how a letter looks, as HTML and as plain text
    rendering.py  puts these together into a ``Mail``

Sending is the work of ``services/outbox.py``.
"""

from sessions_app.services.mail.rendering import Renderable, render, subject_of

__all__ = ["Renderable", "render", "subject_of"]
