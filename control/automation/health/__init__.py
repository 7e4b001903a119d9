"""How the platform itself is: its processes, its queue, its database, as the control plane knows it."""
