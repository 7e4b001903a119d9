"""`hcc up`: the whole platform on one machine, on private data, under one supervisor."""
