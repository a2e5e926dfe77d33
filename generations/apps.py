from django.apps import AppConfig
from django.utils.translation import gettext, ngettext

from .catalog import tongue


class GenerationsConfig(AppConfig):
    name = "generations"
    verbose_name = "Generations"

    def ready(self) -> None:
        tongue.speak(gettext, ngettext)
