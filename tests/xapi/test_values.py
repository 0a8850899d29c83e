from time import process_time
from uuid import UUID

import pytest

from lrs.errors import InvalidQuery
from lrs.xapi.values import (
    is_duration,
    is_iri,
    is_language,
    is_mailto,
    is_media_type,
    is_sha1,
    is_sha2,
    is_uuid,
    parse_uuid,
)


@pytest.mark.parametrize(
    "text",
    [
        "6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22",
        "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        "AA97B177-9383-4934-8543-0F91A7A02836",
    ],
)
def test_a_uuid_in_standard_form_is_one(text):
    assert is_uuid(text)
    assert parse_uuid(text) == UUID(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6c6a2f354a2c4f5d9e1b7a3f6c0d1e22",
        "{6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22}",
        "urn:uuid:6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22",
        "AA97B177-9383-4934-8543-0F91A7A028368",
        "MA97B177-9383-4934-8543-0F91A7A02836",
        "6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22\n",
        "6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e2٢",
        "6c6a-2f354a2c-4f5d-9e1b-7a3f6c0d1e22",
    ],
)
def test_a_uuid_in_another_form_is_none(text):
    assert not is_uuid(text)
    with pytest.raises(InvalidQuery) as refused:
        parse_uuid(text, "statementId")
    assert refused.value.path == "statementId"


@pytest.mark.parametrize("length", [56, 64, 96, 128])
def test_sha_2_digests_have_one_of_four_lengths(length):
    assert is_sha2("aF0" + "9" * (length - 3))
    assert not is_sha2("a" * (length - 1))
    assert not is_sha2("a" * (length - 1) + "g")
    assert not is_sha2("a" * length + "\n")


def test_a_sha_1_digest_has_forty_hex_digits():
    assert is_sha1("aF0" + "9" * 37)
    assert not any(map(is_sha1, ["", "a" * 39, "a" * 41, "a" * 39 + "g", "a" * 40 + "\n"]))


@pytest.mark.parametrize(
    "text",
    [
        "text/plain",
        "application/vnd.api+json",
        "text/plain; charset=utf-8",
        "TEXT/PLAIN;charset=x",
        'text/plain;charset="utf-8"',
        'a/b; c="d; e=\\"f\\""; g=h',
        "text/plain;",
    ],
)
def test_media_types_may_have_parameters(text):
    assert is_media_type(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "text/",
        "/plain",
        "text/plain/x",
        "text /plain",
        "text/plain charset=utf-8",
        "text/plain; charset",
        "text/plain; charset=a b",
        'text/plain; a="b',
        "text/plain\n",
        "tëxt/plain",
        "text/plain, text/html",
        "should fail",
    ],
)
def test_what_rfc_9110_does_not_allow_is_no_media_type(text):
    assert not is_media_type(text)


@pytest.mark.parametrize(
    "text",
    [
        "en",
        "EN-us",
        "de-CH-1996",
        "sl-rozaj-biske",
        "zh-Hant-TW",
        "es-419",
        "tlh",
        "und",
        "ast",
        "en-a-myext-b-another",
        "de-DE-u-co-phonebk",
        "x-whatever",
        "en-x-us",
        "i-klingon",
        "sgn-BE-FR",
        "zh-min-nan",
        "en-GB-oed",
        "art-lojban",
        "zh-cmn-Hans-CN",
        "qaa-Qaaa-QM",
    ],
)
def test_well_formed_language_tags_are_languages(text):
    assert is_language(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "e",
        "en_US",
        "a12345",
        "a12345678",
        "en-",
        "-en",
        "en--US",
        "english-language-x",
        "123",
        "de-419-DE",
        "a-DE",
        "ar-a-",
        "i-unknown",
        "en US",
        "en\n",
        "en-u",
        "ſe",
        "x",
        "x-",
        "*",
    ],
)
def test_ill_formed_language_tags_are_none(text):
    assert not is_language(text)


@pytest.mark.parametrize(
    ("is_well_formed", "hostile"),
    [
        (is_media_type, "a/b" + ";   " * 10_000 + "!"),
        (is_media_type, 'a/b;c="' + "\\x" * 20_000),
        (is_language, "en" + "-abcdefgh" * 10_000 + "-!"),
        (is_language, "en" + "-a-bb-cc" * 10_000 + "-!"),
        (is_iri, "http://" + "a@" * 20_000 + " "),
        (is_iri, "http://" + "a:" * 20_000 + " "),
        (is_iri, "a:" + "%20?" * 20_000 + "%"),
        (is_mailto, "mailto:" + "a." * 20_000 + "@"),
        (is_mailto, "mailto:a@" + "a." * 20_000),
        (is_duration, "P" + "9" * 50_000 + "X"),
        (is_duration, "PT" + "9.9" * 20_000 + "S"),
    ],
)
def test_hostile_texts_do_not_keep_the_processor_busy(is_well_formed, hostile):
    started = process_time()
    assert not is_well_formed(hostile)
    assert process_time() - started < 1
