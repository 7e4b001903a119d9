"""The parts of a snapshot that are about security, with the names of native/gateway/src/snapshot/security.rs."""
