"""A real PostgreSQL for the ledger's tests, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.postgresql import Cluster, cluster


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """Stopped and thrown away at the end; a test that stops it starts it again."""
    with cluster() as running:
        yield running
