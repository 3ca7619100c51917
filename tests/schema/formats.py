"""What JSON Schema has no words for: loaded by schemathesis in its own process."""

from datetime import datetime

import schemathesis
from hypothesis import strategies

# "Of the years 1970 to 9998", says the schema in its description.
FIRST, LAST = datetime(1970, 1, 1), datetime(9998, 12, 31)  # noqa: DTZ001
starts = strategies.datetimes(FIRST, LAST).map(lambda start: f"{start.isoformat()}Z")
schemathesis.openapi.format("date-time", starts)
