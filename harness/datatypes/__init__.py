"""Data types: one file each; the file name is the registration."""
