"""What must hold of a study's tables before anything is computed from them.

`tables` looks at one table at a time, and at what names a row of another; `people` at whether groups, totals and
attributions fit the people listed. None raises, and none stops at the first fault.
"""
