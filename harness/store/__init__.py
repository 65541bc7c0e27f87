"""The store: run folders, the database where they land, and the views that people read.

This package alone imports duckdb and composes SQL (DDL, views and wrappers, from identifiers only).

* ``database``   open ``runs/harness.duckdb`` for moments; wait for it or build beside it
* ``relations``  typed tables and views
* ``folders``    run folders: manifest, journal, sealing
* ``contract``   a data source → one row per answer
* ``intake``     rows → items, annotators and what they said, named by content
* ``ingest``     run folders → tables
* ``queries``    what the stages ask: what is planned, what is to be parsed
* ``layout``     a study's rows in memory, numbered
* ``bench``      the connection on which audits run
* ``results``    findings and measurements → tables
* ``verify``     re-derive every id
"""

from harness.store.database import Store, open_store

__all__ = ["Store", "open_store"]
