"""The report of couples: every result about them, collected, with tables and a paragraph for a paper."""
