"""Multipart bodies as they arrive, in chunks of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.errors import InvalidInput
from lrs.xapi.multipart import Part, PartsReader

MARK = "b-1"
CONTENTS = st.lists(
    st.one_of(
        st.binary(max_size=40), st.sampled_from([b"\r\n--b", b"\r\n--", b"x--b-1", b"\r\n\r\n"])
    ).filter(lambda content: b"\r\n--b-1" not in b"\r\n" + content),  # that would end the part
    max_size=4,
)


def body(contents: list[bytes], preamble: bytes = b"") -> bytes:
    parts = [b"--b-1\r\nContent-Type: image/png\r\n\r\n" + each + b"\r\n" for each in contents]
    return preamble + b"".join(parts) + b"--b-1--\r\nafterwards\r\n"


@given(
    contents=CONTENTS,
    preamble=st.sampled_from([b"", b"\r\n", b"This is a multi-part message.\r\n"]),
    data=st.data(),
)
def test_chunks_of_any_size_give_the_same_parts(
    contents: list[bytes], preamble: bytes, data: st.DataObject
) -> None:
    left, reader = body(contents, preamble), PartsReader(MARK)
    while left:
        size = data.draw(st.integers(1, len(left)))
        reader.feed(left[:size])
        left = left[size:]
    assert reader.parts() == [Part({"content-type": "image/png"}, each) for each in contents]


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_a_body_without_its_end_is_refused(cut: int) -> None:
    whole = body([b"content"]).removesuffix(b"afterwards\r\n").removesuffix(b"--\r\n")
    reader = PartsReader(MARK)
    reader.feed(whole[:-cut])
    with pytest.raises(InvalidInput, match="closing boundary"):
        reader.parts()
