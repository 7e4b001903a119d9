"""`python3 -m agent`, and the single file that `hcc agent bundle` makes."""

import sys

from agent.commands import main

if __name__ == "__main__":
    sys.exit(main())
