"""The audit sample: sellers without a case, drawn by lot each week, for people to look at."""
