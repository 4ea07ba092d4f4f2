"""`python -m mlprep VERB …`."""

import sys

from mlprep.cli import main

sys.exit(main())
