"""One file each: what is taught with a corpus and then speaks about items that it has not seen.

The file name is the registration: ``learners/tfidf_logreg.py`` is the learner ``tfidf_logreg``. A file says, in its
docstring's first line, what it is, and holds:

``VERSION``
    text; part of who the trained annotator is. Another version is trained anew.
``PACKAGES``, ``EXTRA``
    import names of what it needs, and the extra of ``pip install 'harness[…]'`` that brings them (as extractors).
``SERVES``
    the tasks that it can be taught, a tuple of ``"classify"``, ``"prefer"``, ``"write"``.
``OPTIONS``
    option → its value where a study does not say; a study sets them in ``[train.<name>]``, and another key is refused.
``FEATURES``
    the extractor whose vectors it reads (``"embedding"``), or None. Vectors are computed once per distinct text and
    kept, so a learner asks for them and does not compute its own.
``lacks() -> str | None``
    optional: what else than packages is missing (weights, a GPU), and the remedy.
``make(options, seed, place) -> Learner``
    ``options`` are complete; all chance comes from ``seed``: the same lesson, options and seed give the same answers.
    ``place`` is a ``types.Workplace``: ``place.vectors(texts)`` is (texts, numbers); ``place.folder`` is a folder
    where a long fit keeps checkpoints (it is there until the fit's answers are on disk, and the same folder is given
    to the same fit after a kill; ``None``: keep nothing); ``place.say(line)`` shows progress.

What ``make`` gives has

``fit(lesson) -> None``
    a ``types.Lesson`` of n rows:

    ========== ================================================== ======================================
    task       ``lesson.inputs``                                  ``lesson.targets``
    ========== ================================================== ======================================
    classify   n texts                                            (n, K) shares of the K ``lesson.classes``
    prefer     n tuples (question, answer a, answer b, …)         (n, K) shares of the K ``lesson.classes``: one a
                                                                  letter of an answer, and ``"tie"`` where ties exist
    write      n prompts                                          n texts
    ========== ================================================== ======================================

    A row of targets sums to 1: one class (1, 0, 0), or a soft label (0.6, 0.4, 0). ``lesson.weights`` (n,) says how
    much each row counts, 1 on average. ``lesson.groups`` (n,) are numbers of clusters: a learner that holds out a
    part to stop early must hold out whole clusters. ``lesson.voices`` (n,) are numbers of who said the row, -1 where
    nobody knows: for learners with a head per annotator.
``predict_proba(inputs) -> (n, K)``
    of ``classify`` and ``prefer``: probabilities of ``lesson.classes``, a row sums to 1. A class that no row of the
    lesson has still has its column.
``write(inputs) -> list[str]``
    of ``write``: one text per prompt.
``losses(inputs, texts) -> (sums, counts)``
    of ``write``, optional: of each text, the sum of -log P (natural) over its tokens, given its prompt, and how many
    tokens these are, its end among them. With it, learners are scored on people's texts of the test.
``told() -> dict[str, float]``
    optional: what was learned, by name (the coefficient of length, of the first place, the perplexity …). Kept with
    the fit and shown beside it; names are plain words without spaces.

A learner imports the standard library, ``harness.types``, ``errors`` and ``plugins``, siblings whose name begins
with ``_``, and third parties, these where they are used.
"""
