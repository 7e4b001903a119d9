"""How values of metrics are kept: by time step, for how long."""
