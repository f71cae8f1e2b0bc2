"""Rule sets of the assessment circulars as data: what is measured, versioned, each value with its source."""
