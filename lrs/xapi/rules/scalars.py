"""Checks for single values, and for the maps whose keys have a form: languages and extensions."""

from collections.abc import Callable
from typing import Any

from lrs.errors import InvalidStatement
from lrs.xapi.paths import within
from lrs.xapi.rules.shapes import Check, wrong_kind
from lrs.xapi.values import (
    is_duration,
    is_iri,
    is_language,
    is_mailto,
    is_media_type,
    is_sha1,
    is_sha2,
    is_uuid,
    known_iris,
    known_languages,
    parse_timestamp,
)


def a_string(value: Any) -> None:
    """Check for a string, which may be empty."""
    if type(value) is not str:
        raise wrong_kind("a string", value)


def a_boolean(value: Any) -> None:
    """Check for true or false."""
    if value is not True and value is not False:
        raise wrong_kind("a boolean", value)


def a_number(value: Any) -> None:
    """Check for a number (and no boolean, which Python would take for one)."""
    if type(value) is not float and type(value) is not int:
        raise wrong_kind("a number", value)


def a_length(value: Any) -> None:
    """Check for a number of octets."""
    if type(value) is not int or value < 0:
        raise InvalidStatement("must be an integer that is not negative")


def formatted(is_well_formed: Callable[[str], bool], wanted: str) -> Check:
    """Return the check for a string of a form."""

    def check(value: Any) -> None:
        if type(value) is not str or not is_well_formed(value):
            raise wrong_kind(wanted, value)

    return check


an_iri = formatted(is_iri, "an absolute IRI")
a_uuid = formatted(is_uuid, "a UUID")
a_mailto = formatted(is_mailto, "an IRI of the form mailto:address")
a_sha1 = formatted(is_sha1, "a SHA-1 digest in hex")
a_sha2 = formatted(is_sha2, "a SHA-2 digest in hex")
a_media_type = formatted(is_media_type, "a media type")
a_language = formatted(is_language, "an RFC 5646 language tag")
a_duration = formatted(is_duration, "an ISO 8601 duration")


def a_timestamp(value: Any) -> None:
    """Check for an ISO 8601 timestamp."""
    if type(value) is not str:
        raise wrong_kind("an ISO 8601 timestamp", value)
    try:
        parse_timestamp(value)
    except ValueError as error:
        raise InvalidStatement(f"{value[:80]!r} is {error}") from None


def a_language_map(value: Any) -> None:
    """Check for strings by language (1.0.3 Data 4.2)."""
    if type(value) is not dict:
        raise wrong_kind("a language map", value)
    for language, text in value.items():
        if language not in known_languages and not is_language(language):
            raise InvalidStatement("the key must be an RFC 5646 language tag", within(language, ""))
        if type(text) is not str:
            fault = wrong_kind("a string", text)
            fault.path = within(language, "")
            raise fault


def extensions(value: Any) -> None:
    """Check for values of any kind by IRI (1.0.3 Data 4.1); even null is allowed here."""
    if type(value) is not dict:
        raise wrong_kind("an object", value)
    for key in value:
        if key not in known_iris and not is_iri(key):
            raise InvalidStatement("the key must be an absolute IRI", within(key, ""))
