import sys

from .options import read_options
from .server import serve

try:
    serve(read_options())
except (OSError, ValueError) as error:
    sys.exit(f"the fake provider cannot start: {error}")
