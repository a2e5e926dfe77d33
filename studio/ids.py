"""Public ids: random, short, and free of look-alike characters."""

import secrets

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 11  # 64 bits: nobody guesses one, and two never meet


def new_pid() -> str:
    """Eleven random base58 characters, for every URL; integers stay inside."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class PidConverter:
    """`<pid:…>` in URL patterns."""

    regex = f"[{ALPHABET}]{{{LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
