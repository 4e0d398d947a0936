"""Other programs' files, one module a format: each turns a file into material, and `carry` material into tables.

A reader looks at what a file holds, takes all that the tables of `plrlib.study.schema` have a place for, and counts the
rest. It checks nothing that `plrlib.study.checks` checks anyhow.
"""
