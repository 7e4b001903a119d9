"""Data for trying the platform out: the trade of a small demo, and the large one of `hcc demo --large`."""
