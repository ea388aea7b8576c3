"""Tests of the checks of how answers were stored."""
