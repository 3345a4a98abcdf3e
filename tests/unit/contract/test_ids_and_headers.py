import re

import pytest

from contract.headers import event_headers, get_header
from contract.ids import UUID_PATTERN, new_request_id
from contract.pseudonyms import pseudonymize


def test_request_ids_are_uuids_of_version_7_in_order():
    first, second = new_request_id(), new_request_id()
    assert re.match(UUID_PATTERN, first)
    assert first[14] == "7"
    assert first < second


def test_a_pseudonym_depends_on_number_and_key_and_reveals_neither():
    one = pseudonymize("12345", b"k" * 16)
    assert one == pseudonymize("12345", b"k" * 16)
    assert one != pseudonymize("12346", b"k" * 16)
    assert one != pseudonymize("12345", b"j" * 16)
    assert re.fullmatch("[0-9a-f]{32}", one)


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        pseudonymize("1", b"short")


def test_headers_follow_cloudevents_binary_mode():
    headers = event_headers("neoscore.score.request.v1", "test")
    assert get_header(headers, "ce_specversion") == "1.0"
    assert get_header(headers, "ce_type") == "neoscore.score.request.v1"
    assert get_header(headers, "content-type") == "application/json"
    assert get_header(headers, "absent") is None
    assert get_header([("ce_id", b"\xff")], "ce_id") is None


def test_only_the_trace_context_is_passed_on():
    trace = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    cause = [*event_headers("t", "s", event_id="theirs"), trace, ("secret", b"x"), ("tracestate", b"x" * 513)]
    plain, traced = event_headers("t", "s"), event_headers("t", "s", trace_from=cause)
    assert [name for name, _ in traced] == [*(name for name, _ in plain), "traceparent"]
    assert traced[-1] == trace
    assert get_header(traced, "ce_id") != "theirs"
