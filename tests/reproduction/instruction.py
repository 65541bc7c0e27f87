"""Instructions: how the answers of dated models to 252 tasks of people drift in length and in lists."""

from __future__ import annotations

from tests.reproduction._published import findings
from tests.reproduction.row import Row

SECTION = "Instructions"
INTRODUCTION = """
The 252 user-oriented tasks of Self-Instruct stand in AlpacaEval too, so that the authors' answers lie beside those of
ten dated models (`examples/alpaca_eval_outputs`). The reference counts words between white space; the audit
`output_length` counts runs of letters and digits, so the marks of lists and tables are no words. Outputs with a list
are those of the audit `markup`. The error counts that Das et al. (section 7) had people make are in no file that is to
be had, and are not reproduced.
"""
SOURCE = "counted in the published files"
WORDS = "white space parts words there: marks of lists and tables count"
PLUS = "in eight answers lists begin with a plus, which is Markdown too and was not counted there"
# model, wave: words an output, % of outputs with a list
DRIFT = {
    ("people", ""): (50, 17),
    ("text-davinci-001", "2022-01-27"): (34, 15),
    ("text-davinci-003", "2022-11-28"): (34, 14),
    ("gpt-3.5-turbo", "2023-03-01"): (94, 39),
    ("gpt-3.5-turbo", "2023-06-13"): (145, 42),
    ("gpt-3.5-turbo", "2023-11-06"): (87, 38),
    ("gpt-4", "2023-03-14"): (146, 43),
    ("gpt-4", "2023-06-13"): (122, 42),
    ("gpt-4", "2023-11-06"): (232, 51),
    ("gpt-4", "2024-01-25"): (227, 53),
    ("gpt-4o", "2024-05-13"): (194, 59),
}


def rows() -> list[Row]:
    """Compute the drift through the audits that ship."""
    found = findings("alpaca_eval_outputs", ["output_length", "markup"])
    told = found.set_index(["model", "wave", "metric"])["estimate"]
    made = []
    for (model, wave), (words, lists) in DRIFT.items():
        side, who = ("people", ("gpt-4", "2023-06-13")) if model == "people" else ("model", (model, wave))
        named = "people" if model == "people" else f"{model} of {wave}"
        ours = float(told[(*who, f"words_{side}")])
        made.append(Row(f"words an output, {named}", words, ours, 2, SOURCE, WORDS if abs(ours - words) > 2 else ""))
        ours = 100 * float(told[(*who, f"lists_{side}")])
        made.append(
            Row(f"% of outputs with a list, {named}", lists, ours, 1, SOURCE, PLUS if abs(ours - lists) > 1 else "")
        )
    return made
