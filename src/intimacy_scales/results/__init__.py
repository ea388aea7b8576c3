"""What results have in common: estimates, intervals, frozen arrays, pages."""
