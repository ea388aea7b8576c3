"""What this package computes, beside what R computes from the same data."""
