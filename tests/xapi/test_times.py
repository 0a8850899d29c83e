from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.xapi.values import format_timestamp, is_duration, parse_duration, parse_timestamp

DURATIONS = {
    "PT4H35M59.14S": 16_559_140,
    "PT16559.14S": 16_559_140,
    "P4W": 2_419_200_000,
    "P1.5W": 907_200_000,
    "P1D": 86_400_000,
    "P1DT12H36M0.12S": 131_760_120,
    "PT0S": 0,
    "PT0.0019S": 1,
    "PT1,5H": 5_400_000,
    "P0Y0M0DT0H5M0S": 300_000,
    "P0.5D": 43_200_000,
    "PT100M": 6_000_000,
    "PT0." + "9" * 60 + "S": 999,
    "PT" + "9" * 40 + "S": None,
    "PT" + "9" * 5000 + "H": None,
    "P3Y": None,
    "P1M": None,
    "P3Y1M29DT4H35M59.14S": None,
}


@pytest.mark.parametrize(("text", "milliseconds"), DURATIONS.items())
def test_a_duration_is_as_long_as_it_says_unless_the_calendar_decides(text, milliseconds):
    assert is_duration(text)
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "P4W1D",
        "P1Y2W",
        "PA1H0M0S",
        "-P1D",
        "+P1D",
        "P-1D",
        "1D",
        "P1",
        "PT1",
        "P1H",
        "PT1D",
        "PT1S1M",
        "P1D1Y",
        "PT1.5H30M",
        "P1.5DT1H",
        "PT1.S",
        "PT.5S",
        "PT1,S",
        "p1d",
        "P0003-06-04T12:30:05",
        "PT1S ",
        "PT1S\n",
        " PT1S",
        "PT1 S",
        "PT١S",
        "PT1e3S",
        "should fail",
    ],
)
def test_what_iso_8601_does_not_call_a_duration_is_none(text):
    assert not is_duration(text)
    assert parse_duration(text) is None


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc] # year, month …


TIMESTAMPS = {
    "2026-11-24T13:51:00Z": utc(2026, 11, 24, 13, 51),
    "2026-11-24T13:51Z": utc(2026, 11, 24, 13, 51),
    "2026-11-24T13:51:00.1Z": utc(2026, 11, 24, 13, 51, 0, 100_000),
    "2026-11-24T13:51:00,123Z": utc(2026, 11, 24, 13, 51, 0, 123_000),
    "2026-11-24T13:51:00.1234569999Z": utc(2026, 11, 24, 13, 51, 0, 123_456),
    "2026-11-24T13:51:00": utc(2026, 11, 24, 13, 51),
    "2026-11-24T13:51:00+01:00": utc(2026, 11, 24, 12, 51),
    "2026-11-24T13:51:00-0530": utc(2026, 11, 24, 19, 21),
    "2026-11-24T13:51:00+05": utc(2026, 11, 24, 8, 51),
    "2026-11-24T13:51:00+00:00": utc(2026, 11, 24, 13, 51),
    "2026-11-24T00:30:00+01:00": utc(2026, 11, 23, 23, 30),
    "20261124T135100Z": utc(2026, 11, 24, 13, 51),
    "20261124T1351": utc(2026, 11, 24, 13, 51),
    "20261124T135100.5+0100": utc(2026, 11, 24, 12, 51, 0, 500_000),
    "2024-02-29T00:00:00Z": utc(2024, 2, 29),
    "2026-12-31T24:00:00Z": utc(2027, 1, 1),
    "2026-12-31T24:00Z": utc(2027, 1, 1),
    "2026-12-31T24:00:00.000+01:00": utc(2026, 12, 31, 23),
    "20261231T2400Z": utc(2027, 1, 1),
    "2016-12-31T23:59:60Z": utc(2017, 1, 1),
    "2016-12-31T23:59:60.5Z": utc(2017, 1, 1, 0, 0, 0, 500_000),
    "2017-01-01T05:29:60+05:30": utc(2017, 1, 1),
    "20161231T235960Z": utc(2017, 1, 1),
    "0001-01-01T00:00:00Z": utc(1, 1, 1),
    "9999-12-31T23:59:59.999999Z": utc(9999, 12, 31, 23, 59, 59, 999_999),
}


@pytest.mark.parametrize(("text", "moment"), TIMESTAMPS.items())
def test_a_timestamp_is_a_moment_in_utc(text, moment):
    parsed = parse_timestamp(text)
    assert parsed == moment
    assert parsed.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24",
        "20261124",
        "2026-11-24T13",
        "2026-11-24 13:51:00Z",
        "01/011/2015",
        "2026-11-24t13:51:00z",
        "2026-11-24T13:51:00z",
        "2026-13-01T00:00:00Z",
        "26-11-24T13:51Z",
        "2026-02-29T00:00:00Z",
        "2026-11-24T25:00:00Z",
        "2026-11-24T13:60:00Z",
        "2026-W48-2T10:00Z",
        "2026-11-24T13:51:61Z",
        "2026-11-24T13:51:60Z",
        "2026-11-24T12:59:60Z",
        "2026-11-24T23:58:60Z",
        "2026-328T10:00:00Z",
        "2026-11-24T24:00:01Z",
        "2026-11-24T24:01:00Z",
        "2026-11-24T24:00:00.5Z",
        "2026-11-24T24:00:00,01Z",
        "20261124T240001Z",
        "2026-11-24T13:51:00.Z",
        "1795528260",
        "2026-11-24T13:51:00-00",
        "2026-11-24T13:51:00-0000",
        "2026-11-24T13:51:00-00:00",
        "2026-11-24T13:51:00+24:00",
        "2026-11-24T13:51:00+01:60",
        "2026-11-24T13:51:00+1",
        "2026-11-24T13:51:00+01:00:00",
        "2026-11-24T13:51:00 Z",
        "2026-11-24T13:51:00ZZ",
        "2026-11-24T13:51:00Z\n",
        " 2026-11-24T13:51:00Z",
        "٢٠٢٦-11-24T13:51:00Z",
        "now",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "9999-12-31T24:00:00Z",
        "9999-12-31T23:59:60Z",
        "2026-1124T13:51:00Z",
        "2026-11-24T1351Z",
    ],
)
def test_what_is_no_moment_is_no_timestamp(text):
    with pytest.raises(ValueError, match=r"^(not|outside)"):
        parse_timestamp(text)


@given(
    st.datetimes(
        datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis wants naive bounds
        datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23))),
    )
)
def test_a_formatted_moment_reads_back_as_itself(moment):
    text = format_timestamp(moment)
    assert len(text) == len("2026-11-24T13:51:00.123456Z")
    assert parse_timestamp(text) == moment


def test_a_moment_is_written_in_utc_with_six_digits():
    berlin = timezone(timedelta(hours=1))
    assert format_timestamp(datetime(2026, 11, 24, 14, 51, tzinfo=berlin)) == (
        "2026-11-24T13:51:00.000000Z"
    )
