"""Other programs' files as studies.

`import_files` does all of it: it finds the reader of each file, which makes `Material` of it, `merge` makes one of
several, `to_tables` tells who was heard where and lays out the tables of a study, and a report tells of it.
`new_study` begins a study without files. A reader checks nothing that `plrlib.study.checks` checks anyhow.
"""
