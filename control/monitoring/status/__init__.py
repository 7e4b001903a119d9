"""Status pages: what an organisation tells the public about its services."""
