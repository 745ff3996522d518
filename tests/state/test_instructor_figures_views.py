"""The instructor's figures as drawn: positions without a page."""

from __future__ import annotations

from sessions_app.state.instructor_figures_views import spark


class TestSparks:
    def test_it_rises_from_the_least_to_the_most(self) -> None:
        line, x, y = spark([0, 5, 10])
        assert line == "3.0,24.0 48.0,14.0 93.0,4.0"
        assert (x, y) == ("93.0", "4.0")

    def test_all_alike_is_a_level_line(self) -> None:
        assert spark([3, 3])[0] == "3.0,14.0 93.0,14.0"

    def test_one_point_is_no_line(self) -> None:
        assert spark([1]) == ("", "", "")
