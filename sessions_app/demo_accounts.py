"""The people of the demo story, by name: what the sign-in page lists in development and `make run` prints.

Plain facts, so that both may read them without loading the story itself.
"""

from dataclasses import dataclass

DEMO_PASSWORD = "demo-Pass-2026"  # noqa: S105 - published on purpose; demo data exists in development only


@dataclass(frozen=True)
class DemoAccount:
    """One account anybody may sign in with: its address, its name, and in a few words whom it shows."""

    email: str
    name: str
    shows: str


DEMO_ACCOUNTS = (
    DemoAccount("student@demo.test", "Noah Berger", "a student in Paris with 5 credits"),
    DemoAccount("student2@demo.test", "Léa Moreau", "a student with nothing booked"),
    DemoAccount("guardian@demo.test", "Isabelle Moreau", "a guardian of two children"),
    DemoAccount("instructor@demo.test", "Ada Lindqvist", "an instructor in Paris"),
    DemoAccount("instructor2@demo.test", "Maximiliano Echeverría-Goyeneche", "an instructor in New York"),
    DemoAccount("instructor3@demo.test", "Ananya Raghunathan", "an instructor in Kolkata"),
    DemoAccount("assistant@demo.test", "Priya Nair", "an assistant who oversees"),
    DemoAccount("admin@demo.test", "Helena Brandt", "an administrator"),
)
