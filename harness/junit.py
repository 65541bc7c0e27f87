"""Comparisons as JUnit XML, which CI systems show: a test case for each, failed where it breaks a rule.

Where nobody can tell, a case is skipped and says so: it has neither passed nor failed. The form is that of
https://github.com/testmoapp/junitxml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from harness.comparison import Comparison
from harness.gate import Rule

# What XML 1.0 cannot hold, even escaped.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(study: str, compared: Sequence[Comparison], broken: Sequence[tuple[Rule, Comparison]]) -> str:
    """Give the XML of a suite of comparisons.

    Args:
        broken: rules and what breaks them.
    """
    fails: dict[int, list[str]] = {}
    for rule, one in broken:
        fails.setdefault(id(one), []).append(rule.text)
    skipped = [one for one in compared if one.direction == "cannot tell" and id(one) not in fails]
    counts = {"tests": len(compared), "failures": len(fails), "errors": 0, "skipped": len(skipped)}
    numbers = {name: str(value) for name, value in counts.items()}
    root = Xml.Element("testsuites", {"name": "harness compare", **numbers})
    suite = Xml.SubElement(root, "testsuite", {"name": _clean(study), **numbers})
    for one in compared:
        on = f" on {one.dataset}" if one.dataset else ""
        name, group = _clean(f"{one.metric}: {one.named}{on}"), _clean(f"{study}.{one.audit}")
        case = Xml.SubElement(suite, "testcase", {"classname": group, "name": name, "time": "0"})
        told = _clean(one.told)
        if id(one) in fails:
            rules = _clean(" and ".join(fails[id(one)]))
            failure = Xml.SubElement(case, "failure", {"type": one.direction, "message": f"{rules}: {told}"})
            failure.text = _clean(one.note or told)
        elif one.direction == "cannot tell":
            Xml.SubElement(case, "skipped", {"message": told})
        else:
            Xml.SubElement(case, "system-out").text = told
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=False)


def _clean(text: str) -> str:
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
