"""`python -m tests.browser.fake_server` takes the options of `python -m dashboard` and shows fake builds."""

import sys

from dashboard.__main__ import main
from tests import fake_reading

if __name__ == "__main__":
    fake_reading.install()
    sys.exit(main())
