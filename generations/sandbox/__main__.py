"""`python -m generations.sandbox`: the sandbox without Django."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from generations.sandbox.options import EPILOG, SUMMARY, add_arguments, default_folder, options_of
from generations.sandbox.server import serve


def main() -> None:
    parser = ArgumentParser("sandbox", description=SUMMARY, epilog=EPILOG, formatter_class=RawDescriptionHelpFormatter)
    add_arguments(parser, default_folder())
    try:
        serve(options_of(parser.parse_args()))
    except (ValueError, OSError) as error:
        sys.exit(f"sandbox: {error}")


if __name__ == "__main__":
    main()
