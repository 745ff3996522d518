"""Alembic's entry: our tables, our engine, one transaction a migration."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import String
from sqlmodel import SQLModel

import sessions_app.models  # noqa: F401 - registers every table
from sessions_app.models.base import UTCDateTime
from sessions_app.models.database import open_engine
from sessions_app.settings import load_settings


def render_plain(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write plain SQLAlchemy types into migrations, so that they never depend on today's model code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    text = getattr(item, "impl", item)
    if kind == "type" and isinstance(text, String):
        return f"sa.String(length={text.length})" if text.length else "sa.String()"
    return False


def run() -> None:
    """Run the wanted migrations online.

    On SQLite foreign keys are off meanwhile: a batch migration copies and drops its table, and with them on the
    drop would delete the children by cascade. ``foreign_key_check`` then proves that nothing dangles.
    """
    url = context.config.attributes.get("url") or load_settings().sqlalchemy_url
    engine = open_engine(url, pool_size=1)
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_plain,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if dangling:
                    raise RuntimeError(f"the migration leaves dangling rows: {dangling[:5]}")
        connection.commit()
    engine.dispose()


run()
