"""Orders a seller took on a day: the exposure that complaints are measured against."""
