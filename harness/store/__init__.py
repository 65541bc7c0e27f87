"""The store: run folders, the database where they land, and the views that people read.

This package alone imports duckdb and composes SQL (DDL, views and wrappers, from identifiers only).

* ``database``   open ``runs/harness.duckdb`` for moments; wait for it or build beside it
* ``relations``  typed tables and views
* ``folders``    run folders: manifest, journal, sealing
* ``intake``     data files → items, annotators and what they said
* ``ingest``     run folders → tables
* ``bench``      an in-memory connection on which audits run
"""

from harness.store.database import Store, open_store

__all__ = ["Store", "open_store"]
