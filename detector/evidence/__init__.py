"""What a count says beside what was expected: surprises, features, calibration, reasons."""
