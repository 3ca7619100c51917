"""What hostile paths and queries come to: a 4xx, or what they are worth."""

import json
from urllib.parse import urlsplit

import pytest

from . import addresses, wire

pytestmark = pytest.mark.usefixtures("harmless")


def names(table):
    return pytest.mark.parametrize("name", table)


@names(addresses.NO_SESSION)
def test_an_id_that_no_session_can_have_is_404(target, name):
    assert wire.exchange(target, wire.request(target, addresses.NO_SESSION[name])).status == 404


@names(addresses.NO_PROJECT)
@pytest.mark.parametrize("operation", wire.OPERATIONS.values(), ids=wire.OPERATIONS)
def test_a_project_that_cannot_exist_is_404(target, operation, name):
    path = b"/api/projects/%s/wizard/sessions/%s" % (addresses.NO_PROJECT[name], operation)
    assert wire.exchange(target, wire.request(target, path)).status == 404


@names(addresses.BAD_QUERIES)
def test_a_bad_query_is_400_and_says_of_what(target, name):
    query, key = addresses.BAD_QUERIES[name]
    answer = wire.exchange(target, wire.request(target, query))
    assert (answer.status, list(json.loads(answer.body))) == (400, [key])


@names(addresses.LIKE_NO_QUERY)
def test_a_query_that_says_nothing_changes_nothing(target, name):
    answer = wire.exchange(target, wire.request(target, addresses.LIKE_NO_QUERY[name]))
    assert (answer.status, json.loads(answer.body)["count"]) == (200, 1)


@names(addresses.NOTHING_FOUND)
def test_a_query_that_no_session_meets_is_an_empty_page(target, name):
    answer = wire.exchange(target, wire.request(target, addresses.NOTHING_FOUND[name]))
    assert (answer.status, json.loads(answer.body)["results"]) == (200, [])


@pytest.mark.parametrize("scheme", [b"http://evil.example", b"https://localhost:1"])
def test_a_target_with_a_host_is_the_path_without_it(target, scheme):
    path = urlsplit(target.sessions).path.encode()
    answer = wire.exchange(target, wire.request(target, scheme + path + b"untouched/"))
    assert (answer.status, json.loads(answer.body)["session_id"]) == (200, "untouched")


@pytest.mark.parametrize(
    "verb", [b"TRACE", b"CONNECT", b"PROPFIND", b"FOO", b"get", b"G\0T", b"DELETE"]
)
def test_a_verb_that_is_none_of_ours_is_refused(target, verb):
    answer = wire.exchange(target, wire.request(target, b"untouched/", method=verb))
    assert answer.status in {400, 405}
