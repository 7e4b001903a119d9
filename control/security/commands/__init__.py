"""`hcc waf`, `hcc access`, `hcc ban` and `hcc firewall`."""
