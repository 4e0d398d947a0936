"""Other programs' files as studies, in the order of the data.

`recognise` finds the reader of a file, which makes `Material` of it; `merge` makes one of several; `speakers` tells who
was heard where; `to_tables` lays out the tables of a study; `import_files` does all of this and writes the report.
`new_study` begins a study without files. A reader checks nothing that `plrlib.study.checks` checks anyhow.
"""
