import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.xapi.languages import choose_language


@pytest.mark.parametrize(
    ("tags", "header", "chosen"),
    [
        (["en", "de"], None, "en"),
        (["en", "de"], "", "en"),
        (["en", "de"], "de", "de"),
        (["en-US", "en-GB"], "en-GB", "en-GB"),
        (["en-US", "en-GB"], "EN-gb", "en-GB"),
        (["EN-us", "De-cH"], "de", "De-cH"),
        # Qualities decide, the header's order only between equals.
        (["de", "en", "fr"], "de;q=0.1, fr;q=0.9, en;q=0.5", "fr"),
        (["de", "en"], "en;q=0.8, de;q=0.8", "en"),
        (["de", "en"], "de;q=0.5, en", "en"),
        (["de", "en"], " de ; q=0.5 ,en ; Q=0.75", "en"),
        # A range matches what it begins, up to a hyphen.
        (["de", "en-GB"], "en", "en-GB"),
        (["eng", "de"], "en, de;q=0.1", "de"),
        (["zh-Hant-TW", "de"], "zh-Hant, de;q=0.5", "zh-Hant-TW"),
        # The longest range that matches gives the quality.
        (["en-GB", "en-US"], "en;q=0.9, en-GB;q=0.1", "en-US"),
        (["en-GB", "en-US"], "en;q=0.1, en-GB;q=0.9", "en-GB"),
        (["en-GB", "en-US"], "en, en-GB;q=0", "en-US"),
        # The star stands for what nothing else names.
        (["de", "en"], "*, de;q=0.5", "en"),
        (["de", "fr"], "*;q=0.1, fr", "fr"),
        (["de", "en"], "*", "de"),
        (["de", "en"], "de;q=0, *", "en"),
        # What is excluded is chosen only if nothing else is there.
        (["de", "en"], "de;q=0", "en"),
        (["de", "en"], "de;q=0.000", "en"),
        (["de", "en"], "fr, de;q=0", "en"),
        (["de"], "de;q=0", "de"),
        (["de", "en"], "*;q=0", "de"),
        # Nothing acceptable: the nearest relative, else the first.
        (["de", "en-GB"], "en-US", "en-GB"),
        (["de", "en"], "en-US", "en"),
        (["de", "zh-Hans", "zh-Hant-HK"], "zh-Hant-TW", "zh-Hant-HK"),
        (["de", "en-GB"], "fr-CH, en-US;q=0.1", "en-GB"),
        (["de", "en"], "fr", "de"),
        # Nonsense is skipped.
        (["de", "en"], "en;q=2, ,;;, en_US;q=x", "de"),
        (["de", "en"], "??, en", "en"),
    ],
)
def test_the_preferred_language_is_chosen(tags, header, chosen):
    assert choose_language(tags, header) == chosen


TAGS = st.from_regex(r"[a-c]{2}(-[A-B]{2})?", fullmatch=True)
ITEMS = st.builds(
    "{};q={}".format, TAGS | st.just("*"), st.sampled_from(["0", "0.5", "1", "1.0", "0.001"])
)


@given(st.lists(TAGS, min_size=1, unique=True), st.lists(ITEMS | st.text(max_size=5)))
def test_one_of_the_languages_is_chosen_whatever_the_header(tags, items):
    assert choose_language(tags, ",".join(items)) in tags
