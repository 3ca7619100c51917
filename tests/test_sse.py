from django_wizard_sessions import sse


def test_an_event_without_a_name_is_a_message():
    assert sse.encode('{"a":1}', id="1.2") == b'id: 1.2\ndata: {"a":1}\n\n'


def test_an_event_may_have_a_name_and_no_id():
    assert sse.encode("{}", event="ping") == b"event: ping\ndata: {}\n\n"


def test_text_is_utf_8():
    assert sse.encode("€ 🎉") == "data: € 🎉\n\n".encode()


def test_the_end_is_what_the_contract_says():
    assert sse.END == b"event: end\ndata: reconnect\n\n"


def test_a_heartbeat_is_a_comment_or_a_ping():
    assert sse.HEARTBEATS == {"comment": b":\n\n", "event": b"event: ping\ndata: {}\n\n"}
