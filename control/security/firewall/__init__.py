"""The packet filter of servers: stored as data, rendered for nftables, applied with a way back."""
