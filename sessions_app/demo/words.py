"""What people of the demo story say: in conversations, and about sessions they have had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class Said:
    """One message, so many days ago at ``clock`` in the story's home town."""

    author: str
    days_ago: int
    clock: time
    body: str


@dataclass(frozen=True)
class Thread:
    """A conversation of ``teacher`` with ``learner``, or with the next group (None). Who writes has read the rest."""

    teacher: str
    learner: str | None
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Noted:
    """What ``teacher`` writes down after a session with ``learner``, for both of them."""

    teacher: str
    learner: str
    report: str
    homework: str


@dataclass(frozen=True)
class Opinion:
    """A review that ``author`` writes about ``learner``'s session with ``teacher``, and what is answered."""

    author: str
    learner: str
    teacher: str
    rating: int
    body: str
    answer: str = ""


THREADS = (
    Thread(
        "ada",
        "noah",
        (
            Said(
                "noah",
                4,
                time(17, 40),
                "I got problem 2 both ways, and they differ by a sign. Always mine.",
            ),
            Said(
                "ada",
                4,
                time(20, 5),
                "Good: you noticed, and you know where to look. Write the sign of each place of the matrix down "
                "first, like a chessboard, then expand.",
            ),
            Said("noah", 4, time(20, 21), "That was it. Second place of the first row: minus."),
            Said("ada", 1, time(16, 30), "For next time, please try problem 4 before we meet."),
            Said(
                "ada",
                1,
                time(16, 32),
                "It is in the sheet of the lesson. Ten minutes, no more; stop wherever you are.",
            ),
        ),
    ),
    Thread(
        "ada",
        "theo",
        (
            Said(
                "isabelle",
                2,
                time(10, 15),
                "Bonjour, Théo will be alone for the first minutes. Can he open the room himself?",
            ),
            Said(
                "ada",
                2,
                time(13, 20),
                "Yes: the room opens ten minutes before, and he can check his sound there. I come to him.",
            ),
            Said(
                "isabelle", 1, time(21, 5), "Merci ! He has put his exercise book next to the screen already."
            ),
        ),
    ),
    Thread(
        "max",
        "mei",
        (
            Said(
                "mei", 1, time(18, 45), "I am nine hours behind Paris. Is the time on my page really my own?"
            ),
        ),
    ),
    Thread(
        "ananya",
        "noah",
        (
            Said(
                "ananya",
                1,
                time(7, 55),
                "Welcome! Have a look at the page about binary search before we meet, and say each line aloud.",
            ),
            Said(
                "noah",
                1,
                time(19, 10),
                "I read it aloud to my sister. She found the missing + 1 before I did.",
            ),
        ),
    ),
    Thread(
        "ada",
        None,
        (
            Said(
                "ada",
                1,
                time(12, 0),
                "Everybody takes one problem of the sheet to the board. Choose yours, and bring it written down.",
            ),
        ),
    ),
)

NOTES = (
    Noted(
        "ada",
        "noah",
        "Row operations, and what each does to the determinant: exchanged rows turn the sign. We did problem 1.",
        "Problem 2, once by expansion and once by elimination.",
    ),
)

OPINIONS = (
    Opinion(
        "lukasz",
        "lukasz",
        "ada",
        5,
        "She asked what I had tried and found the one step I never questioned. An hour later I could do the rest.",
    ),
    Opinion("camille", "camille", "ada", 4, "Claire et patiente. Un peu vite à la fin."),
    Opinion(
        "isabelle",
        "theo",
        "ada",
        5,
        "Théo came out of it explaining fractions to me.",
        answer="He did most of it himself. Tell him that I said so.",
    ),
    Opinion("noah", "noah", "ada", 5, "No step is skipped, and no question is a silly one."),
    Opinion(
        "amara", "amara", "max", 5, "The drawing did it. I had been calculating the wrong thing for a week."
    ),
    Opinion("camille", "camille", "ananya", 4, "Lots of reading aloud. It works, annoyingly."),
    Opinion("mei", "mei", "yuki", 5, "First time I spoke for half an hour without English."),
    Opinion("lukasz", "lukasz", "samira", 5, "Now I know what my p-value does not say."),
)
