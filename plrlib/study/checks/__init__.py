"""What must hold of a study's tables before anything is computed from them.

`cells` looks at one table at a time; `keys` at what names a row of another table; `people` at whether
levels, totals and attributions fit the people listed. None raises, and none stops at the first
fault.
"""
