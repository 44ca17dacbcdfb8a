"""Times to Timestamps and back."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from services.common.moments import datetime_of, timestamp_of
from tests.properties import quick


@quick
@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_becomes_the_timestamp_that_protobuf_makes_of_it_and_itself_again(
    when: datetime,
) -> None:
    theirs = Timestamp()
    theirs.FromDatetime(when)
    assert timestamp_of(when) == theirs
    assert datetime_of(theirs) == when
