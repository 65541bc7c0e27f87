"""A model proposes wordings: what is refused, what is kept, and that nothing is paid for twice."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.errors import HarnessError, StudyError
from harness.paraphrase import NEAR, alike, fault_of, find_instruction, read_rewording
from harness.rewording import TRIES, Proposed, propose
from harness.store import Store
from harness.study import Study
from tests.openai_server import Answer, Seen, Server, chat
from tests.studies import generate, journal_lines, write_study

ASK = """{# A comment that no model sees. #}
{% message "user" %}
{% block instruction %}
Please read the comment and tell me whether its writer means it ironically, or not.
Answer with {{ options | join(" or ") }}.
{% endblock %}

Comment: {{ text }}
{% endmessage %}
"""
OTHERS = [
    'Is this meant with irony? Have a look at the comment and reply {{ options | join(" or ") }}.',
    'Decide if the person who wrote this was being ironic. Say {{ options | join(" or ") }} and nothing more.',
    'Irony or earnest: which one do you see here? Your reply is {{ options | join(" or ") }}.',
]
SAME = find_instruction(ASK).text


def said(text: str) -> str:
    return f"Sure!\n<rewording>\n{text}\n</rewording>"


@contextmanager
def serving(script: Callable[[Seen], Answer]) -> Iterator[Server]:
    """Serve on a loop of its own: what is tested brings its own."""
    loop, server = asyncio.new_event_loop(), Server(script)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def ways(texts: list[str]) -> Callable[[Seen], Answer]:
    """Answer each try with a text of its own: tries differ by the way that they are told."""
    seen: dict[str, str] = {}

    def script(request: Seen) -> Answer:
        asked = request.body["messages"][-1]["content"]
        return Answer(body=chat(seen.setdefault(asked, texts[len(seen) % len(texts)])))

    return script


def write(tmp_path: Path, url: str = "http://127.0.0.1:9/v1", ask: str = ASK, **given: Any) -> Study:
    model = {
        "name": "writer",
        "backend": "openai",
        "model": "m",
        "connect": {"base_url": url, "max_wait": 0.01, "in_flight": 1},
    }
    folder = write_study(tmp_path / "tiny", files={"ask.j2": ask}, **{"models": [model], **given})
    return Study.load(folder)


def proposed(tmp_path: Path, texts: list[str], count: int = 2, **given: Any) -> Proposed:
    with serving(ways(texts)) as server:
        return propose(write(tmp_path, server.url, **given), tmp_path / "runs", count, model="writer")


# ---- what is wrong with a rewording


@pytest.mark.parametrize(
    ("rewording", "fault"),
    [
        (OTHERS[0], None),
        ("Is it ironic in your eyes, or is it not?", 'it lost {{ options | join(" or ") }}'),
        (OTHERS[0] + ' {{ options | join(" or ") }}', "it brought in {{ options"),
        (OTHERS[0] + " {{ text }}", "it brought in {{ text }}"),
        (OTHERS[0] + " {% include 'x.j2' %}", "it brought in {% include"),
        (OTHERS[0] + " {# well #}", "it brought in {# well #}"),
        (OTHERS[0] + " {{ options", "it brought in {{ options"),
        (OTHERS[0] + " {{ options ) }}", "it is not Jinja"),
        (OTHERS[0].replace("reply", "reply yes:"), "it brought in the option 'yes'"),
        ('Is it? {{ options | join(" or ") }}', "it says next to nothing"),
        (SAME, "it is nearly ask.j2: 100%"),
        (SAME.replace("Please read", "READ"), "it is nearly ask.j2: "),
    ],
)
def test_faults(rewording: str, fault: str | None) -> None:
    found = fault_of(rewording, find_instruction(ASK), ["yes", "no"], {"ask.j2": SAME})
    assert found is None if fault is None else fault in str(found)


def test_an_option_within_a_longer_one_is_not_named() -> None:
    original = find_instruction("Is this comment ironic or not ironic, do you think?")
    options = ["ironic", "not ironic"]
    assert fault_of("Which is it for this remark: ironic, not ironic?", original, options, {}) is None
    lost = fault_of("Would you say that this remark is not ironic?", original, options, {})
    assert lost == "it lost the option 'ironic'"


def test_tags_keep_their_order_and_worked_answers_their_words() -> None:
    source = (
        '{% message "user" %}How polite is the following request?{% endmessage %}'
        '{% message "assistant" %}Very polite.{% endmessage %}{% for x in y %}{{ x }}{% endfor %}'
    )
    original = find_instruction(source)
    fine = source.replace("How polite is the following", "Rate the politeness of this")
    assert fault_of(fine, original, [], {}) is None
    changed = fine.replace("Very polite.", "Quite polite.")
    assert fault_of(changed, original, [], {}) == "it changed what the assistant says in an example"
    moved = fine.replace("{% for x in y %}{{ x }}{% endfor %}", "{% endfor %}{{ x }}{% for x in y %}")
    assert fault_of(moved, original, [], {}) == "its tags are in another order"


def test_how_alike_two_wordings_are_is_a_share_of_words_in_order() -> None:
    assert alike("one two three four", "one two three four") == 1
    assert alike("one two three four", "one two three five") == pytest.approx(6 / 8)
    assert alike("one two", "three four") == 0
    assert alike("One, TWO {{ a }} three!", "one two {{ b }} three") == 1
    assert 0.5 < NEAR < 1


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("<rewording>a b</rewording>", "a b"),
        ("Well:\n<rewording>\n a\nb \n</rewording> I hope this helps!", "a\nb"),
        ("a b", None),
        ("<rewording></rewording>", None),
        ("<rewording>a</rewording> or <rewording>b</rewording>", None),
    ],
)
def test_what_counts_as_a_rewording(reply: str, text: str | None) -> None:
    assert read_rewording(reply) == text


def test_without_a_block_all_but_comments_may_be_reworded() -> None:
    found = find_instruction("{# why #}\nIs {{ text }} ironic, do you think?\n")
    assert found.text == "Is {{ text }} ironic, do you think?"
    assert found.template("New {{ text }}", "From here.") == "{# From here. #}\nNew {{ text }}\n"


def test_a_template_without_words_is_told() -> None:
    with pytest.raises(StudyError, match="next to no words"):
        find_instruction('{% set q = "Is it ironic or not?" %}{{ q }} {{ text }}').check("here")


# ---- a model that proposes


def test_proposals_replace_the_instruction_alone(tmp_path: Path) -> None:
    made = proposed(tmp_path, [said(text) for text in OTHERS])
    assert list(made.texts.values()) == OTHERS[:2]
    assert made.tries == 2
    for name, source in made.files.items():
        assert re.fullmatch(r"ask-[0-9a-f]{6}\.j2", name)
        assert source.startswith("{# A paraphrase of ask.j2 by writer. #}\n")
        assert "Comment: {{ text }}" in source
        assert "no model sees" not in source


def test_what_is_refused_is_told_and_asked_again_up_to_a_bound(tmp_path: Path) -> None:
    made = proposed(tmp_path, ["No idea.", said(SAME), said(OTHERS[0])], count=3)
    assert made.tries == TRIES * 3
    assert list(made.texts.values()) == OTHERS[:1]
    assert [why for _, why in made.refused][:2] == [
        "it has not one <rewording>…</rewording>",
        "it is nearly ask.j2: 100% of the words are the same, in the same order",
    ]


def test_near_duplicates_of_each_other_are_refused(tmp_path: Path) -> None:
    made = proposed(tmp_path, [said(OTHERS[0]), said(OTHERS[0].replace("Have", "Take")), said(OTHERS[1])])
    assert list(made.texts.values()) == [OTHERS[0], OTHERS[1]]
    assert "it is nearly ask-" in made.refused[0][1]


def test_nothing_is_paid_for_twice_and_more_go_on_from_there(tmp_path: Path) -> None:
    with serving(ways([said(text) for text in OTHERS])) as server:
        study, runs = write(tmp_path, server.url), tmp_path / "runs"
        first = propose(study, runs, 2, model="writer")
        again = propose(study, runs, 2, model="writer")
        assert (again.files, len(server.seen)) == (first.files, 2)
        more = propose(study, runs, 3, model="writer")
    assert len(server.seen) == 3
    assert list(more.files)[:2] == list(first.files)


def test_a_call_that_fails_is_a_try_without_a_reply(tmp_path: Path) -> None:
    bad = {"error": {"message": "too long", "type": "invalid_request_error", "code": "context_length_exceeded"}}
    with serving(lambda seen: Answer(400, bad)) as server:
        made = propose(write(tmp_path, server.url), tmp_path / "runs", 1, model="writer")
    assert [why for _, why in made.refused] == ["no reply came"] * TRIES


def test_paraphrases_are_no_data_of_the_study(tmp_path: Path) -> None:
    proposed(tmp_path, [said(text) for text in OTHERS])
    store = Store(tmp_path / "runs")
    study = Study.load(write_study(tmp_path / "tiny", files={"ask.j2": ASK}))
    assert generate(study, store).done == 2
    assert len(store.replies("tiny")) == 2
    assert len(journal_lines(store, "paraphrases")) == 2


def test_the_prompt_shows_the_instruction_its_jinja_and_the_options(tmp_path: Path) -> None:
    with serving(ways([said(text) for text in OTHERS])) as server:
        propose(write(tmp_path, server.url), tmp_path / "runs", 1, model="writer")
    prompt = server.seen[0].body["messages"][-1]["content"]
    assert SAME in prompt
    assert "yes, no" in prompt
    assert "Comment:" not in prompt


# ---- the command line


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["vary", *words])


def test_the_verb_shows_and_then_writes_what_it_showed(tmp_path: Path) -> None:
    with serving(ways(["No.", *(said(text) for text in OTHERS)])) as server:
        folder = write(tmp_path, server.url).folder
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        words = [str(folder), "--paraphrase", "2", "--model", "writer", "--runs", str(tmp_path / "runs")]
        shown = run(*words)
        assert shown.exit_code == 0, shown.output
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        asked = len(server.seen)
        wrote = run(*words, "--write")
        assert len(server.seen) == asked == 3
    assert "try 1 refused: it has not one" in shown.output
    line = re.search(r"^wording = (.*)$", wrote.output, re.MULTILINE)
    assert line is not None
    assert line.group() in shown.output
    names = json.loads(line[1])
    assert names[0] == "ask.j2"
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in before} == before
    study = Study.load(write_study(folder, files={"ask.j2": ASK}, template=None, vary={"wording": names}))
    assert generate(study, Store(tmp_path / "runs")).done == 3 * 2


def test_a_file_that_a_person_mended_is_left_alone(tmp_path: Path) -> None:
    with serving(ways([said(text) for text in OTHERS])) as server:
        folder = write(tmp_path, server.url).folder
        words = [str(folder), "--paraphrase", "1", "--model", "writer", "--runs", str(tmp_path / "runs"), "--write"]
        run(*words, "--into", "proposed")
        [path] = (folder / "proposed").glob("*.j2")
        path.write_text("Mended.", encoding="utf-8")
        again = run(*words, "--into", "proposed")
    assert f"proposed/{path.name}" in again.output
    assert path.read_text(encoding="utf-8") == "Mended."


def test_too_few_proposals_are_told_by_the_exit_code(tmp_path: Path) -> None:
    with serving(ways(["No."])) as server:
        folder = write(tmp_path, server.url).folder
        told = run(str(folder), "--paraphrase", "2", "--model", "writer", "--runs", str(tmp_path / "runs"))
    assert told.exit_code == 1
    assert "0 of 2 wordings, of 6 tries" in told.output


def test_without_paraphrase_it_shows_axes_and_design(tmp_path: Path) -> None:
    study = Study.load(write_study(tmp_path / "tiny", vary={"label_order": ["given", "reversed"]}))
    told = run(str(study.folder))
    assert "label_order: given, reversed" in told.output
    assert "design: grid, all 2 combinations of 2 label_order" in told.output


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "--paraphrase needs --model"),
        ({"model": "writter"}, "did you mean writer"),
        ({"backend": "openai"}, "a backend needs a model"),
        ({"backend": "opnai", "model": "m"}, "openai"),
        ({"model": "writer", "wording": "aks.j2"}, "there is no template 'aks.j2'"),
        ({"model": "writer", "wording": "plain"}, "is no template file"),
        ({"model": "writer", "into": Path("../elsewhere")}, "lies outside of the study"),
    ],
)
def test_what_cannot_be_asked_is_told(tmp_path: Path, options: dict[str, Any], match: str) -> None:
    with pytest.raises(HarnessError) as raised:
        propose(write(tmp_path), tmp_path / "runs", 1, **options)
    assert match in str(raised.value)
    assert not (tmp_path / "runs").exists()
