"""Whatever a client can call by name is guarded.

Any connected client may call every public method of every state, whether a button shows it or not.
"""

from __future__ import annotations

from reflex_base.registry import RegistrationContext

import sessions_app.sessions_app  # noqa: F401 - registers every page's states
from sessions_app.state.base import AppState, guard_of

# Reflex's own: none of them reads or writes a var of ours. ``setvar`` does nothing over the wire, and
# ``update_vars_internal`` writes cookie and storage vars alone, of which there are none (below).
REFLEX_OWN = frozenset(
    {
        "hydrate",
        "set_is_hydrated",
        "hydrate_and_load",
        "on_load_internal",
        "update_vars_internal",
        "handle_frontend_exception",
        "setvar",
    }
)

PUBLIC = frozenset(
    {
        "AppState.dismiss_problem",
        "AppState.dismiss_toast",
        "BookState.choose",
        "BookState.leave",
        "BookState.load",
        "BookState.miss",
        "BookState.pick_way",
        "BookState.refresh",
        "BookState.save_message",
        "BookState.save_topic",
        "BookState.set_clock",
        "BookState.set_zone",
        "ConfirmationState.leave",
        "ConfirmationState.refresh",
        "CourseListState.open_courses",
        "CourseListState.search",
        "CourseListState.show_more",
        "CourseState.open_course",
        "CourseState.select_tab",
        "DevMailboxState.load",
        "DiscoverState.choose_dates",
        "DiscoverState.open_directory",
        "DiscoverState.open_landing",
        "DiscoverState.search",
        "DiscoverState.show_more",
        "InstructorProfileState.open_profile",
        "ProfileReviewsState.open_reviews",
        "ProfileReviewsState.show_more",
        "SignInState.open",
        "SignInState.use_demo_account",
        "TestPayState.leave",
        "TestPayState.refresh",
        "UnreadState.open",
        "UnreadState.refresh",
        "ZoneSearchState.search",
    }
)
"""What anybody may call. Each only changes what its caller sees; add one with care."""


def handlers() -> dict[str, object]:
    found = {}
    for registered in RegistrationContext.ensure_context().event_handlers.values():
        state, name = registered.states[0], registered.handler.fn.__name__
        is_ours = state.__module__.startswith("sessions_app.")
        is_a_tests_own = state.__module__.startswith("tests.")
        if name != "setvar" and not is_a_tests_own and (is_ours or name not in REFLEX_OWN):
            found[f"{state.__name__}.{name}"] = guard_of(registered.handler.fn)
    return found


def test_every_handler_is_guarded_or_known_to_be_public() -> None:
    unguarded = {name for name, guard in handlers().items() if guard is None}
    assert unguarded == set()
    assert {name for name, guard in handlers().items() if guard == "public"} == PUBLIC


def test_every_state_is_a_child_of_the_one_that_is_bound_to_its_person() -> None:
    for state in RegistrationContext.ensure_context().base_states.values():
        if state.__module__.startswith("sessions_app."):
            assert issubclass(state, AppState), state


def test_no_var_can_be_written_by_the_browser() -> None:
    from reflex.istate.storage import ClientStorageBase

    for state in RegistrationContext.ensure_context().base_states.values():
        if state.__module__.startswith("sessions_app."):
            stored = [
                name for name, var in state.get_fields().items() if isinstance(var.default, ClientStorageBase)
            ]
            assert stored == [], state
