import pytest

from lrs.errors import InvalidQuery
from lrs.xapi.versions import Version, negotiate


@pytest.mark.parametrize("header", ["1.0", "1.0.0", "1.0.3", "1.0.9", "1.0.17"])
def test_every_patch_of_1_0_is_spoken(header):
    assert negotiate(header) is Version.V1_0_3


@pytest.mark.parametrize("header", ["2.0", "2.0.0", "2.0.1"])
def test_every_patch_of_2_0_is_spoken(header):
    assert negotiate(header) is Version.V2_0


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "1",
        "2",
        "0.95",
        "0.9",
        "1.1",
        "1.1.0",
        "2.1",
        "2.1.0",
        "3.0",
        "1.0.",
        "1.0.x",
        " 1.0.3",
        "1.0.3 ",
        "1.0.3\n",
        "1.0.3.1",
        "v1.0.3",
        "1.0.٣",
        "1.0.3, 2.0.0",
        "11.0",
    ],
)
def test_any_other_version_is_refused_by_the_header_s_name(header):
    with pytest.raises(InvalidQuery) as refused:
        negotiate(header)
    assert refused.value.path == "X-Experience-API-Version"


def test_statements_without_a_version_get_the_first_patch_of_the_one_spoken():
    assert Version.V1_0_3.of_statements == "1.0.0"
    assert Version.V2_0.of_statements == "2.0.0"
