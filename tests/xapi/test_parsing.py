import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.errors import InvalidJSON
from lrs.xapi.parsing import MAX_DEPTH, loads, split

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', '":', '" :', ":", '"\t:', "\\", '\\":', 'a":1,"a', "\u00e9"]
)
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)
SPACES = st.text(" \t\r\n", max_size=3)


@st.composite
def escaped(draw: st.DrawFn, text: str) -> str:
    """A JSON string for a text, in which any character may be an escape."""
    written = []
    for character in text:
        plain = json.dumps(character, ensure_ascii=False)[1:-1]
        units = character.encode("utf-16-be")
        escape = "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
        upper = escape.upper().replace("U", "u")
        written.append(draw(st.sampled_from([plain, escape, upper])))
    return f'"{"".join(written)}"'


@st.composite
def written(draw: st.DrawFn, value: Any) -> str:
    """A value as JSON, with any white space and any escapes."""

    def spaced(text: str) -> str:
        return draw(SPACES) + text + draw(SPACES)

    if isinstance(value, str):
        return spaced(draw(escaped(value)))
    if isinstance(value, list):
        return spaced(f"[{','.join(draw(written(each)) for each in value) or draw(SPACES)}]")
    if isinstance(value, dict):
        members = (f"{draw(written(k))}:{draw(written(v))}" for k, v in value.items())
        return spaced(f"{{{','.join(members) or draw(SPACES)}}}")
    return spaced(json.dumps(value))


@given(st.data(), VALUES)
def test_a_document_without_repeated_keys_is_read_however_it_is_written(data, value):
    assert loads(data.draw(written(value)).encode()) == value


@given(st.data(), st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), VALUES)
def test_a_repeated_key_is_found_however_it_is_written_and_wherever_it_stands(data, value, other):
    key = data.draw(st.sampled_from(sorted(value)))
    members = [f"{data.draw(written(k))}:{data.draw(written(v))}" for k, v in value.items()]
    again = f"{data.draw(written(key))}:{data.draw(written(other))}"
    members.insert(data.draw(st.integers(0, len(members))), again)
    inner = f"{{{','.join(members)}}}"
    raw = data.draw(st.sampled_from(["{}", "[{}]", '{{"x":[1,{}]}}', '[{{}},{{"y":{}}}]']))
    with pytest.raises(InvalidJSON, match="more than once"):
        loads(raw.format(inner).encode())


def test_a_repeated_key_is_named_with_its_place():
    with pytest.raises(InvalidJSON) as refused:
        loads(b'{"actor":{"account":[{"name":"a","n\\u0061me" : "b"}]}}', "statements[3]")
    assert refused.value.path == "statements[3].actor.account[0]"
    assert "'name'" in refused.value.message


def test_the_same_key_in_different_objects_is_no_repetition():
    assert loads(b'[{"a":1},{"a":{"a":2}}]') == [{"a": 1}, {"a": {"a": 2}}]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"{}x",
        b"[1,]",
        b'{"a":1,}',
        b"{'a':1}",
        b"[01]",
        b"[1.]",
        b"[.5]",
        b"[+1]",
        b"nul",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b'"\x01"',
        b'"\t"',
        b"{} {}",
        b"/**/{}",
    ],
)
def test_bad_syntax_is_refused(raw):
    with pytest.raises(InvalidJSON):
        loads(raw)


@pytest.mark.parametrize("raw", [b"1e400", b"[-1e400]", b'{"a":' + b"9" * 400 + b"}"])
def test_numbers_that_overflow_to_infinity_are_refused(raw):
    with pytest.raises(InvalidJSON, match="infinity"):
        loads(raw)


@pytest.mark.parametrize("raw", [b"9" * 40, b"18446744073709551616", b"1.10", b"1e-400", b"-0"])
def test_numbers_of_any_precision_are_read(raw):
    assert loads(raw) == float(raw)


@pytest.mark.parametrize(
    "raw", [b'"\xff"', b'"\xc3"', b'"\xed\xa0\x80"', b'"\xc0\xaf"', "{}".encode("utf-16")]
)
def test_what_is_not_utf_8_is_refused(raw):
    with pytest.raises(InvalidJSON):
        loads(raw)


@pytest.mark.parametrize("raw", [b'"\\ud800"', b'"\\udc00"', b'"\\ud800\\u0041"', b'{"\\udfff":1}'])
def test_lone_surrogates_are_refused(raw):
    with pytest.raises(InvalidJSON):
        loads(raw)


def test_a_byte_order_mark_is_refused():
    with pytest.raises(InvalidJSON):
        loads(b"\xef\xbb\xbf{}")


@pytest.mark.parametrize(
    ("opening", "core", "closing"),
    [(b"[", b"[]", b"]"), (b"[", b"[1]", b"]"), (b'{"a":', b"{}", b"}"), (b'[{"a":', b"0", b"}]")],
)
def test_nesting_is_bounded_exactly(opening, core, closing):
    per_level = opening.count(b"[") + opening.count(b"{")
    levels = (MAX_DEPTH - (core != b"0")) // per_level
    assert loads(opening * levels + core + closing * levels)
    with pytest.raises(InvalidJSON, match="deeper than 64"):
        loads(opening * (levels + 1) + core + closing * (levels + 1))


@pytest.mark.parametrize("read", [loads, split])
@pytest.mark.parametrize("depth", [1_000, 5_000, 1_000_000])
@pytest.mark.parametrize(
    ("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b"[", b""), (b'[{"a":', b"")]
)
def test_no_nesting_however_deep_does_harm(read, depth, opening, closing):
    with pytest.raises(InvalidJSON):
        read(b"[" + opening * depth + b"1" + closing * depth + b"]")


def test_many_siblings_are_not_depth():
    assert len(loads(b"[" + b",".join([b'{"a":[{}]}'] * 500) + b"]")) == 500


@given(st.data(), st.lists(VALUES, max_size=4))
def test_a_batch_is_split_into_its_statements_byte_for_byte(data, values):
    texts = [data.draw(written(value)) for value in values]
    body = f" \n[{','.join(texts) or ' '}]\r\n\t"
    assert split(body.encode()) == ([text.strip(" \t\r\n").encode() for text in texts], True)


@given(st.data(), st.dictionaries(TEXTS, VALUES, max_size=3))
def test_a_single_statement_is_kept_byte_for_byte(data, value):
    text = data.draw(written(value))
    assert split(text.encode()) == ([text.strip(" \t\r\n").encode()], False)


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"[", b"[{}", b"[{},]", b"[{} {}]", b"{}{}", b"[]]", b'{"a":}', b"nope"]
)
def test_a_body_with_bad_syntax_is_not_split(body):
    with pytest.raises(InvalidJSON):
        split(body)
