"""`hcc check`, `hcc alert` and `hcc agent claims`."""
