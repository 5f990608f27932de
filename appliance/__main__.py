"""`python -m appliance` is the command `expeditor`."""

import sys

from appliance.cli import main

sys.exit(main())
