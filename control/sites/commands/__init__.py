"""`hcc site`, `hcc route` and `hcc certificate`: what the API does, for whoever runs the machine."""
