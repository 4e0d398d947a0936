"""Statistics: tidy frame in, tidy frame out; nothing here knows a file, a figure or a notebook."""
