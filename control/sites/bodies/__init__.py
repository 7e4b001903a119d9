"""The parts of a gateway's snapshot, with the names and defaults of native/gateway/src/snapshot: what the API takes, what the
structured columns hold, and what gateways are given are the same objects."""
