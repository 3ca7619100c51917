import itertools

import pytest

_numbers = itertools.count(1)


@pytest.fixture
def workflow():
    """A workflow that no other test knows."""
    return f"workflow-{next(_numbers)}"


@pytest.fixture
def session_id():
    return f"nextjs-app-router-{next(_numbers)}-2026-11-24T02:25:53Z"
