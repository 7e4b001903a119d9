"""The books for accountants who work with DATEV: accounts of a chart, and entries as its import takes them."""
