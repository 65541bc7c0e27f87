"""An extractor that does what a text says: it prints, raises, raises what passes through no pipe, or is gone."""

import os

VERSION, PACKAGES, EXTRA = "1", (), None
DIMS = {"chars": "characters", "process": "which process counted"}


class Sealed(Exception):
    """An error that cannot be made again from what it holds."""

    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


class Extractor:
    """Counts, in a mood."""

    def extract(self, texts):
        """Give the characters of each text, and the process."""
        for text in texts:
            if text == "talk":
                print("I count")
            elif text == "raise":
                raise ValueError("no such text")
            elif text == "sealed":
                raise Sealed("sealed", "in")
            elif text == "die":
                os._exit(3)
        return [[len(text), os.getpid()] for text in texts]
