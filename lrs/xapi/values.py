"""The values that xAPI gives a form: IRIs, UUIDs, timestamps, durations, language tags, digests.

Every form is checked by an ASCII regular expression over the whole text before anything parses it:
Python's own parsers accept more than the standards do.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal, localcontext
from uuid import UUID

from lrs.errors import InvalidQuery
from lrs.xapi.paths import SHOWN_CHARACTERS

# RFC 3987, section 2.2: what may stand in an IRI unencoded beside ASCII. Private use characters are
# allowed in the query only, characters that direct the writing nowhere (section 4.1).
_UCS = (
    "\u00a0-\u200d\u2010-\u2029\u202f-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane)}-{chr(plane + 0xFFFD)}" for plane in range(0x10000, 0xE0000, 0x10000))
    + "\U000e1000-\U000efffd"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_NAME = r"A-Za-z0-9\-._~!$&'()*+,;=" + _UCS
_ENCODED = "%[0-9A-Fa-f]{2}"
_USER = rf"(?:[{_NAME}:]|{_ENCODED})*@"
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|(?:[{_NAME}]|{_ENCODED})*)"
_AUTHORITY = rf"//(?:{_USER})?{_HOST}(?::[0-9]*)?(?:/(?:[{_NAME}:@/]|{_ENCODED})*)?"
_PATH = rf"(?!//)(?:[{_NAME}:@/]|{_ENCODED})*"
_QUERY = rf"(?:\?(?:[{_NAME}:@/?{_PRIVATE}]|{_ENCODED})*)?"
_FRAGMENT = rf"(?:#(?:[{_NAME}:@/?]|{_ENCODED})*)?"
_IRI = re.compile(
    # Nothing at all after the scheme is allowed by the grammar, but identifies nothing.
    rf"(?![Hh][Tt][Tt][Pp][Ss]?:(?!//[^/?#:@]))[A-Za-z][A-Za-z0-9+.\-]*:(?!\Z)"
    rf"(?:{_AUTHORITY}|{_PATH}){_QUERY}{_FRAGMENT}"
)
_MAILTO = re.compile(
    # One address (RFC 6068): no list of them, no header fields, nothing that IRIs do not hold.
    rf"mailto:(?:[A-Za-z0-9\-._~!$&'*+=/{_UCS}]|{_ENCODED})+@"
    rf"(?:[A-Za-z0-9\-_{_UCS}]+\.)*[A-Za-z0-9\-_{_UCS}]+"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_SHA2 = re.compile(r"(?:[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})")
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~\-]+"  # noqa: S105 - RFC 9110's word for it, not a secret
_MEDIA_TYPE = re.compile(
    rf"{_TOKEN}/{_TOKEN}"
    rf'(?:[ \t]*;(?:[ \t]*{_TOKEN}=(?:{_TOKEN}|"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t -~])*"))?)*'
)
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"  # language
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"  # script, region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"  # extensions
    r"|x(?:-[a-z0-9]{1,8})+"
    r"|en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|sgn-(?:be-fr|be-nl|ch-de)|art-lojban|cel-gaulish|no-(?:bok|nyn)"
    r"|zh-(?:guoyu|hakka|min|min-nan|xiang)",
    re.IGNORECASE | re.ASCII,
)
_N = r"[0-9]+(?:[.,][0-9]+)?"
_DURATION = re.compile(
    rf"P(?:(?P<W>{_N})W|(?=[0-9T])(?:(?P<Y>{_N})Y)?(?:(?P<M>{_N})M)?(?:(?P<D>{_N})D)?"
    rf"(?:T(?=[0-9])(?:(?P<h>{_N})H)?(?:(?P<m>{_N})M)?(?:(?P<s>{_N})S)?)?)"
)
_EARLY_FRACTION = re.compile(r"[.,][0-9]+[A-Z](?=.)")
_TIMESTAMP = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"|[0-9]{8}T[0-9]{4}(?:[0-9]{2}(?:[.,][0-9]+)?)?)"
    r"(?:Z|(?!-00(?::?00)?\Z)[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?"
)
_MIDNIGHT_AFTER = re.compile(r"(.*T)24(:?00(?::?00(?:[.,]0+)?)?(?![0-9:.,]).*)")
_LEAP_SECOND = re.compile(r"(.*T[0-9]{2}:?[0-9]{2}:?)60(.*)")

_CACHED_IRIS = 20_000
_CACHED_LANGUAGES = 2_000
_CACHED_LENGTH = 200

# What recurs: activities, verbs, extension keys. Bounded, so that nobody can fill the memory.
known_iris: set[str] = set()
known_languages: set[str] = set()

_LENGTHS = {"W": 604_800_000, "D": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}
_TRUNCATING = Context(prec=40, rounding=ROUND_DOWN)
LONGEST = 2**53
"""Milliseconds; some 285,000 years, and an integer for every engine and reader of JSON."""


def is_iri(text: str) -> bool:
    """Whether the text is an absolute IRI (RFC 3987), with a host if it is a web address."""
    if text in known_iris:
        return True
    if _IRI.fullmatch(text) is None:
        return False
    if len(text) <= _CACHED_LENGTH:
        if len(known_iris) >= _CACHED_IRIS:
            known_iris.clear()
        known_iris.add(text)
    return True


def is_mailto(text: str) -> bool:
    """Whether the text is a `mailto:` IRI of exactly one address (1.0.3 Data 2.4.2.3)."""
    return _MAILTO.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its standard form, in either case (RFC 4122)."""
    return _UUID.fullmatch(text) is not None


def is_sha1(text: str) -> bool:
    """Whether the text is a SHA-1 digest in hex."""
    return _SHA1.fullmatch(text) is not None


def is_sha2(text: str) -> bool:
    """Whether the text is a digest of the SHA-2 family (224, 256, 384 or 512 bits) in hex."""
    return _SHA2.fullmatch(text) is not None


def is_media_type(text: str) -> bool:
    """Whether the text is a media type, with or without parameters (RFC 9110, 8.3.1)."""
    return _MEDIA_TYPE.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """Whether the text is a well-formed language tag (RFC 5646, 2.2.9); nothing is looked up."""
    if text in known_languages:
        return True
    if _LANGUAGE.fullmatch(text) is None:
        return False
    if len(known_languages) >= _CACHED_LANGUAGES:
        known_languages.clear()
    known_languages.add(text)
    return True


def is_duration(text: str) -> bool:
    """Whether the text is a duration of ISO 8601:2004, 4.4.3.2, with a fraction only at its end."""
    return _DURATION.fullmatch(text) is not None and _EARLY_FRACTION.search(text) is None


def parse_duration(text: str) -> int | None:
    """Return a duration in milliseconds, truncated. A day is 24 hours.

    None if the text is no duration, or has no length to reckon with: years and months (other than
    0 of them) are as long as the calendar makes them, and a statement does not say where in it they
    lie; nothing lasts longer than `LONGEST`.
    """
    parts = _DURATION.fullmatch(text)
    if parts is None or _EARLY_FRACTION.search(text):
        return None
    numbers = {unit: Decimal(n.replace(",", ".")) for unit, n in parts.groupdict("0").items()}
    if numbers["Y"] or numbers["M"]:
        return None
    with localcontext(_TRUNCATING):
        length = sum(numbers[unit] * milliseconds for unit, milliseconds in _LENGTHS.items())
    return int(length) if length <= LONGEST else None


def parse_timestamp(text: str) -> datetime:
    """Return the moment of an ISO 8601 timestamp, in UTC. Raises `ValueError` if it is none.

    Extended or basic format, at least to the minute. Digits beyond microseconds are cut off.
    Without a zone it is taken as UTC. `24:00` is the next day's midnight, a leap second the second
    after 23:59:59 UTC. The unknown offset `-00:00` is refused, as are moments outside the years 1
    to 9999.
    """
    if _TIMESTAMP.fullmatch(text) is None:
        raise ValueError("not an ISO 8601 timestamp")
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        return _parse_rare_timestamp(text)


def _parse_rare_timestamp(text: str) -> datetime:
    if midnight := _MIDNIGHT_AFTER.fullmatch(text):
        return _in_utc(datetime.fromisoformat(f"{midnight[1]}00{midnight[2]}"), timedelta(days=1))
    if leap := _LEAP_SECOND.fullmatch(text):
        moment = _in_utc(datetime.fromisoformat(f"{leap[1]}59{leap[2]}"))
        if (moment.hour, moment.minute) == (23, 59):
            return _in_utc(moment, timedelta(seconds=1))
    raise ValueError("not a moment of the calendar")


def _in_utc(moment: datetime, later: timedelta = timedelta()) -> datetime:
    try:
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC) + later
        return moment.astimezone(UTC) + later
    except OverflowError:
        raise ValueError("outside the years 1 to 9999 in UTC") from None


def format_timestamp(moment: datetime) -> str:
    """Return an aware moment as `2026-11-24T13:51:00.123456Z`: UTC, always six digits."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_uuid(text: str, path: str = "") -> UUID:
    """Return the UUID that a parameter gives. Raises `InvalidQuery`; `path` names the parameter."""
    if not is_uuid(text):
        raise InvalidQuery(f"{text[:SHOWN_CHARACTERS]!r} is not a UUID", path)
    return UUID(text)
