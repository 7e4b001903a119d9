"""Security events: what gateways found, counts per rule, and an exclusion made from one."""
