"""A decision: what `sobria compare` says of a scenario, and what it cannot decide."""

import json
import subprocess
import sys

command = ["sobria", "--lang", "en", "compare", sys.argv[1], "--json"]
answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

for sentence in answer["sentences"]:
    print(sentence["en"])
