"""Reports, each made of ledger entries alone."""
