#!/usr/bin/env python
"""Django's door: `manage.py up` runs it all, `manage.py help` lists the rest."""

import os
import sys

from django.core.management import execute_from_command_line

from studio.config import complaint

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    if problem := complaint():
        sys.exit(problem)
    execute_from_command_line(sys.argv)
