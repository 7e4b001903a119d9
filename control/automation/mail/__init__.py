"""The platform's own mail: how it is sent, how it went lately, and a mail to oneself to try it."""
