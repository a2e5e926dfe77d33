"""Run the provider at home: every dialect on one port, real clips, no key and no cost."""

from argparse import Namespace, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generations.sandbox.options import EPILOG, SUMMARY, add_arguments, options_of
from generations.sandbox.server import serve
from studio.config import config


class Command(BaseCommand):
    help = SUMMARY
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser, config().data / "sandbox")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve(options_of(Namespace(**options)))
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error
