"""The agent of a hosting server: reads how the machine is and pushes it to ingestion.

It runs where nothing else of the platform is installed, so it needs Python 3.11's standard library and nothing more. For the
same reason its data are dataclasses.
"""

VERSION = "0.1.0"
