"""The tables of the quality book. Private to this room.

`quality_events` is the truth and only ever grows; evaluations and accounts can be made again from
it. Password hashes, second factors, failed attempts, sessions and walls stand beside the facts:
they are no facts.
Times are whole microseconds since 1970 UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
_CURSOR = BigInteger().with_variant(Integer, "sqlite")
"""On SQLite the row's own number: one tree less."""

quality_version = Table("quality_version", metadata, Column("version", Integer, nullable=False))

quality_events = Table(
    "quality_events",
    metadata,
    # Given by the writer, without a hole: a database's own sequence leaves holes behind rollbacks.
    Column("cursor", _CURSOR, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("head", LargeBinary, nullable=False),
    UniqueConstraint("stream", "seq", name="uq_quality_events_event"),
    Index("ix_quality_events_kind", "kind", "cursor"),
)

quality_head = Table(
    "quality_head",
    metadata,
    Column("cursor", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
)
"""One row: the last cursor given and its head. A cut tail shows against it."""

evaluations = Table(
    "quality_evaluations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("form_digest", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("evaluator", Text, nullable=False),
    Column("claimed_until", BigInteger),
    Column("submitted_at", BigInteger),
    Column("respond_by", BigInteger),
    Column("resolve_by", BigInteger),
    Column("settled_at", BigInteger),
    Column("score", Float(53)),
    Column("result", Text),
    Index("ix_quality_evaluations_state", "state", "opened_at"),
    Index("ix_quality_evaluations_call", "call_id"),
    Index("ix_quality_evaluations_agent", "agent", "submitted_at"),
    Index("ix_quality_evaluations_evaluator", "evaluator", "state"),
    Index("ix_quality_evaluations_submitted", "submitted_at"),
)

accounts = Table(
    "quality_accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("password_at", BigInteger),
)

secrets = Table(
    "quality_secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
)

attempts = Table(
    "quality_attempts",
    metadata,
    # SHA-256 of `account/NAME` or `address/ADDRESS`.
    Column("subject", Text, primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
)

sessions = Table(
    "quality_sessions",
    metadata,
    # SHA-256 of what the browser holds: who reads the book cannot sign in with it.
    Column("id_hash", LargeBinary, primary_key=True),
    Column("account", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("address", Text, nullable=False),
    # Number of the fact in `account/NAME` that tells of it.
    Column("told_by", BigInteger, nullable=False),
    Index("ix_quality_sessions_account", "account"),
)

second_factors = Table(
    "quality_second_factors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    # Number of the last 30 seconds a code was taken of: none is taken twice.
    Column("last_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "quality_recovery_codes",
    metadata,
    Column("name", Text, primary_key=True),
    # SHA-256 of the code, which is random enough not to be found by trying.
    Column("code_hash", LargeBinary, primary_key=True),
)

walls = Table(
    "quality_walls",
    metadata,
    # SHA-256 of what the wall's browser holds.
    Column("id_hash", LargeBinary, primary_key=True),
    Column("title", Text, nullable=False),
    Column("hung_by", Text, nullable=False),
    Column("hung_at", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
)
