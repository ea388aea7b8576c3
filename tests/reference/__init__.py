"""What this package computes, compared with what R computes from the same data."""
