"""``[[casts]]`` → who plays which role in a dialogue. Without it each model plays them all.

What this refuses: a role that nobody plays, a model that the study does not have, two casts of one name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.errors import StudyError, near_names
from harness.types import Model

Cast = tuple[str, Mapping[str, Model]]


def make_casts(
    given: Sequence[Mapping[str, str]], models: Sequence[Model], roles: Sequence[str], where: str
) -> list[Cast]:
    """Give each cast's name, and its model for each role in the order of speaking.

    Raises:
        StudyError: what is wrong, and the remedy.
    """
    if not given:
        return [(model.identity.name, dict.fromkeys(roles or ("",), model)) for model in models]
    if not roles:
        remedy = "leave [[casts]] out: only a simulation has roles"
        raise StudyError("a cast needs roles", where=f"{where}, casts", remedy=remedy)
    named = {model.identity.name: model for model in models}
    made: list[Cast] = []
    for number, block in enumerate(given):
        place = f"{where}, casts[{number}]"
        for key in block:
            if key not in (*roles, "name"):
                remedy = f"{near_names(key, list(roles))}known: {', '.join((*roles, 'name'))}"
                raise StudyError(f"there is no role {key!r}", where=place, remedy=remedy)
        for role in roles:
            if role not in block:
                remedy = f"write {role} = one of: {', '.join(named)}"
                raise StudyError(f"nobody plays {role!r}", where=place, remedy=remedy)
            if block[role] not in named:
                remedy = f"{near_names(block[role], list(named))}there are: {', '.join(named)}"
                raise StudyError(f"there is no model {block[role]!r}", where=place, remedy=remedy)
        cast = {role: named[block[role]] for role in roles}
        playing = list(dict.fromkeys(block[role] for role in roles))
        # One model in all roles is that model, as it would be without [[casts]].
        name = " & ".join(block[role] for role in roles) if len(playing) > 1 else playing[0]
        made.append((block.get("name", name) if len(playing) > 1 else name, cast))
    names = [name for name, _ in made]
    for name, playing_now in made:
        several = len({model.identity.name for model in playing_now.values()}) > 1
        if names.count(name) > 1 or (several and name in named):
            remedy = 'give each a name of its own: name = "…"'
            raise StudyError(f"two casts or models are called {name!r}", where=f"{where}, casts", remedy=remedy)
    return made
