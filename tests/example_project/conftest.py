import pytest


@pytest.fixture(scope="session")
def example(sqlite_example):
    return sqlite_example
