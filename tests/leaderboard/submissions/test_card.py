"""Cards: what may stand on one, and what one line says of the rest."""

from __future__ import annotations

import pytest

from leaderboard.submissions.card import SubmissionCard, read_card
from leaderboard.submissions.comment import comment_text, quoted
from navbench_gs.errors import NavBenchError
from tests.leaderboard.submissions.driven_run import CARD


@pytest.fixture
def read(tmp_path):
    def write_and_read(text: str) -> SubmissionCard:
        path = tmp_path / "card.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return read_card(path)

    return write_and_read


def test_texts_stay_texts_and_one_author_is_a_list(read):
    card = read(
        CARD.replace("[Ada Lovelace, Charles Babbage]", "Ada Lovelace").replace("revision: 1", "revision: 1.10")
    )
    assert (card.revision, card.authors, card.seeds) == ("1.10", ("Ada Lovelace",), (0, 1, 2))


def test_tags_styles_and_ten_kilobytes_of_emoji_are_text(read):
    notes = "<script>alert(1)</script> <style>*{display:none}</style> " + "\U0001f680" * 2500
    assert read(CARD + f"notes: '{notes}'\n").notes == notes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the card"),
        ("just text", "the card"),
        (CARD.replace("authors: [Ada Lovelace, Charles Babbage]\n", ""), "authors: Field required"),
        (CARD + "score: 100\n", "score: Extra inputs"),
        (CARD.replace("name: straight", "name: ../../evil"), "name: "),
        (CARD.replace("name: straight", "name: .."), "name: "),
        (CARD.replace("training: zero-shot", "training: none"), "training: "),
        (CARD.replace("https://example.org/straight", "javascript:alert(1)"), "url: "),
        (CARD.replace("https://example.org/straight", "https://a.b/\"onclick='x"), "url: "),
        (CARD.replace("[0, 1, 2]", "[-1]"), "seeds.0: "),
        (CARD.replace("[0, 1, 2]", "[one]"), "seeds.0: "),
        (CARD + 'notes: "a\\x1b[2Jb"\n', "control character U+001B"),
        (CARD + 'notes: "a\\u202eb"\n', "control character U+202E"),
        (CARD.replace("Ada Lovelace", "'Ada\n\n  Lovelace'"), "must be one line"),
        (CARD + f"notes: {'x' * 20_001}\n", "notes: String should have at most"),
        (CARD + f"notes: {'x' * 70_000}\n", "longer than 64 kB"),
        ("a: &a [x]\nb: [*a, *a]\n", "aliases are not taken"),
        ("!!python/object/apply:os.system ['touch /tmp/x']", "the card"),
        ("[" * 20_000, "cannot read"),
        ("a: [", "cannot read"),
        ("\udcff", "cannot read"),
    ],
)
def test_what_is_wrong_with_a_card_is_one_line(read, text, told):
    with pytest.raises(NavBenchError) as caught:
        read(text)
    assert told in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_nothing_of_a_stranger_acts_in_a_comment(read):
    evil = "<img src=x onerror=alert(1)> @everyone [click](https://evil.example) ![](http://evil) | `x` \n# heading"
    shown = quoted(evil)
    for part in ("<img", "@everyone", "](", "://", "| ", "\n"):
        assert part not in shown.replace("\\|", "")
    text = comment_text(read(CARD), [evil] * 60, "60 rows", None)
    assert len(text.splitlines()) == 55 and "and 10 more" in text
