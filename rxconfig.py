"""Reflex configuration: the app's name, port and plugins, and nothing else."""

import reflex as rx
from reflex_base.constants import StateManagerMode

from sessions_app.lean_bundle import LeanBundle
from sessions_app.settings import load_settings

FONT_PACKAGE = "@fontsource-variable/instrument-sans@5.3.0"

settings = load_settings()

config = rx.Config(
    app_name="sessions_app",
    backend_port=settings.port,
    backend_host=settings.host,
    cors_allowed_origins=list(settings.own_origins),
    telemetry_enabled=False,
    frontend_packages=[FONT_PACKAGE],
    frontend_lazy_bundled_libraries=True,
    show_built_with_reflex=False,
    plugins=[
        rx.plugins.SitemapPlugin(),
        rx.plugins.TailwindV4Plugin(config={"darkMode": "class"}),
        LeanBundle(),
    ],
    **(
        {"redis_url": settings.redis_url}
        if settings.redis_url
        else {"state_manager_mode": StateManagerMode.MEMORY}
    ),
)
