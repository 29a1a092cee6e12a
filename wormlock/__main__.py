"""`python -m wormlock` is the same as `wormlock`; child processes are started this way."""

import sys

from wormlock import main

if __name__ == "__main__":
    sys.exit(main())
