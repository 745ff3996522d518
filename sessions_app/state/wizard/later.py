"""The course that waits without a time, after "Schedule Later"."""

from __future__ import annotations

from sessions_app.services.queries.wizard import CourseProgress
from sessions_app.state.wizard.address import Address
from sessions_app.state.wizard.parts import STEPS_UNPAID, HeadView


def head_of_later(course: CourseProgress, here: Address) -> HeadView:
    """The header while it waits; back leads to choosing a time after all."""
    return HeadView(
        context=f"for {course.title}",
        back_href=here.to(later=""),
        step=len(STEPS_UNPAID),
        steps=STEPS_UNPAID,
    )
