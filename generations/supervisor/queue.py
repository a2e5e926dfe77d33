"""`python -m generations.supervisor.queue NAME PARENT`: one django-q2 cluster that leaves no orphan.

The SIGKILLed parent of a plain `qcluster` left 7 of its 8 processes working with nobody to watch them; this way, none.
"""

import os
import sys

import django
from django.core.management import call_command

from studio.orphans import die_with, forks_die_with_us


def main(name: str, parent: int) -> None:
    die_with(parent)
    forks_die_with_us()
    # django-q2 reads its queue's name once, while Django loads it.
    os.environ["Q_CLUSTER_NAME"] = name
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    call_command("qcluster")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
