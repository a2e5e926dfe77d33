"""A provider for the fault tests: speaks three dialects, does as it is told, and keeps the ledger that judges money.

It shares no line with the product. `python -m tests.faults.provider --help` shows how it is started.
"""

from .client import Provider, fake_provider

__all__ = ["Provider", "fake_provider"]
