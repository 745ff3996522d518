"""``python -m sessions_app.demo``, which ``make demo`` calls: load the demo data, or put it right."""

from __future__ import annotations

import sys

from sessions_app import demo
from sessions_app.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from sessions_app.models.migrate import migrate
from sessions_app.settings import load_settings
from sessions_app.wiring import build_platform


def main() -> int:
    """Load it into the database of the settings; 1 in production, where accounts with known passwords end badly."""
    settings = load_settings()
    if settings.is_production and not settings.loads_demo_data:
        sys.stderr.write(
            "This is production. Set DEMO_DATA=1 if you mean to publish accounts with known passwords.\n"
        )
        return 1
    migrate(settings.sqlalchemy_url)
    demo.load(build_platform(settings))
    lines = [f"The demo data is in. Every account has the password {DEMO_PASSWORD}"]
    lines += [f"  {account.email:<24} {account.shows}" for account in DEMO_ACCOUNTS]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
