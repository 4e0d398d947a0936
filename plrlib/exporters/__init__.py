"""Drafts for a report: the joint display as Word and as Excel; the only rooms that know python-docx and openpyxl."""
