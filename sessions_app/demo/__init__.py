"""The demo story: accounts anybody may try, with a past and a week ahead. See docs of ``cast`` for who is who."""

from sessions_app.demo.loading import load, load_if_empty

__all__ = ["load", "load_if_empty"]
