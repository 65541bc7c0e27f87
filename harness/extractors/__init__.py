"""One file each: what computes features of a text, once per distinct text."""
