"""Whatever callers do, none of them holds more than its share of the slots."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.gateway.limits import MAX_CONCURRENT_UPLOADS, MAX_UPLOADS_PER_CALLER
from producers.gateway.problems import GatewayCode, ProblemError
from producers.gateway.upload_slots import UploadSlots

steps = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60)


@given(steps)
def test_a_slot_is_given_while_there_is_one_and_the_caller_has_not_its_share(events):
    slots, held = UploadSlots(), Counter()
    for caller, begins in events:
        if not begins:
            if held[caller]:
                slots.release(caller)
                held[caller] -= 1
            continue
        expected = None
        if held[caller] == MAX_UPLOADS_PER_CALLER:
            expected = GatewayCode.TOO_MANY_UPLOADS, 429
        elif held.total() == MAX_CONCURRENT_UPLOADS:
            expected = GatewayCode.OVERLOADED, 503
        if expected is None:
            slots.take(caller)
            held[caller] += 1
            continue
        with pytest.raises(ProblemError) as caught:
            slots.take(caller)
        assert (caught.value.code, caught.value.status) == expected
        assert int(caught.value.headers["Retry-After"]) > 0


def test_one_caller_leaves_room_for_another():
    slots = UploadSlots()
    for _ in range(MAX_UPLOADS_PER_CALLER):
        slots.take("greedy")
    with pytest.raises(ProblemError):
        slots.take("greedy")
    slots.take("other")
