import pytest

from lrs.xapi import values
from lrs.xapi.values import is_iri, is_language, is_mailto

IRIS = [
    "http://example.org",
    "HTTPS://example.org/",
    "https://example.org:8080/a/b;c=1?d=e&f=/?#g?/h",
    "https://ada:secret@example.org/",
    "https://[2001:db8::1]:443/x",
    "https://example.org/%C3%BC/~ada/(x)!$&'*+,;=:@",
    "https://example.org?x",
    "https://example.org#x",
    "http://example.com/فعل/خواندن",
    "https://bücher.example/straße?größe=ß",
    "https://example.org/\U0001f600",
    "https://example.org/?private=\ue000",
    "urn:uuid:6c6a2f35-4a2c-4f5d-9e1b-7a3f6c0d1e22",
    "tag:example.org,2026:a",
    "mailto:ada@example.org",
    "file:///etc/hosts",
    "act:blueprint/lesson-1",
    "x-app+a.b-c:y",
    "about:blank",
]
NO_IRIS = [
    "",
    "example.org",
    "www.example.org/x",
    "/relative",
    "//example.org/x",
    "#fragment",
    "?query",
    ":x",
    "http",
    "http:",
    "http://",
    "https:///path",
    "http://?x",
    "http:/example.org",
    "http:example.org",
    "urn:",
    "1http://example.org",
    "ab=c://should.fail.com",
    "ht tp://example.org",
    "http://exa mple.org",
    "http://example.org/a b",
    "http://example.org/a\tb",
    "http://example.org/a\n",
    "\nhttp://example.org/",
    " http://example.org/",
    "http://example.org/ ",
    "http://example.org/<x>",
    'http://example.org/"x"',
    "http://example.org/{x}",
    "http://example.org/a|b",
    "http://example.org/a\\b",
    "http://example.org/a^b",
    "http://example.org/a`b",
    "http://example.org/[x]",
    "http://example.org/?x[]=1",
    "http://example.org/%",
    "http://example.org/%4",
    "http://example.org/%zz",
    "http://example.org/#a#b",
    "http://example.org:port/",
    "http://[x]/",
    "http://a]b/",
    "C:\\Users\\ada",
    "http://example.org/\x00",
    "http://example.org/\x7f",
    "http://example.org/\x85",
    "http://example.org/\u202e",
    "http://example.org/\ufffe",
    "http://example.org/\ue000",
    "http://example.org/\ud800",
    "should fail",
]


@pytest.mark.parametrize("text", IRIS)
def test_absolute_iris_are_iris(text):
    assert is_iri(text)


@pytest.mark.parametrize("text", NO_IRIS)
def test_what_rfc_3987_does_not_allow_is_no_iri(text):
    assert not is_iri(text)


def test_the_caches_of_what_is_valid_stay_bounded(monkeypatch):
    monkeypatch.setattr(values, "_CACHED_IRIS", 10)
    monkeypatch.setattr(values, "_CACHED_LANGUAGES", 10)
    for number in range(100):
        assert is_iri(f"https://example.org/{number}")
        assert is_language(f"en-x-{number}")
    assert len(values.known_iris) <= 10
    assert len(values.known_languages) <= 10
    assert is_iri("https://example.org/" + "x" * 10_000)
    assert max(map(len, values.known_iris)) <= 200


@pytest.mark.parametrize(
    "text",
    [
        "mailto:ada@example.org",
        "mailto:root@localhost",
        "mailto:a.b+c_d-e'f@x.y.example.org",
        "mailto:Ada@EXAMPLE.org",
        "mailto:jürgen@bücher.example",
        "mailto:a%20b@example.org",
    ],
)
def test_a_mailto_iri_of_one_address_is_an_mbox(text):
    assert is_mailto(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada@example.org",
        "mailto:",
        "mailto:ada",
        "mailto:should.fail.com",
        "mailto:@x.org",
        "mailto:ada@",
        "mailto:a@b@c.org",
        "mailto:ada@x..org",
        "mailto:ada@.org",
        "mailto:ada@x.",
        "mailto: ada@x.org",
        "mailto:ada@x.org ",
        "mailto:ada@x.org\n",
        "mailto:a@x.org,b@x.org",
        "mailto:ada@x.org?subject=hi",
        "MAILTO:ada@x.org",
        "http://should.fail.com",
        "mailto:Ada <ada@x.org>",
        "mailto:ada@x_y .org",
        "mailto:a%zz@x.org",
        "mailto:a#b@x.org",
    ],
)
def test_anything_else_is_no_mbox(text):
    assert not is_mailto(text)
