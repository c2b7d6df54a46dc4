"""Exit 1, naming them, when a sentence lacks one of the languages."""

import sys

from toso.kernel.messages import missing

lacking = missing()
for line in lacking:
    print(line)
sys.exit(1 if lacking else 0)
