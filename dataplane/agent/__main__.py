"""`python3 -m dataplane.agent`, and the single file that `hcc agent bundle` makes."""

import sys

from dataplane.agent.commands import main

if __name__ == "__main__":
    sys.exit(main())
