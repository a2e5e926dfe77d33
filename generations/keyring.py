"""Provider keys at rest: Fernet over {provider, host, key}, so that a row cannot be swapped."""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from studio.config import config, keep


class KeyRefused(Exception):
    """The stored key cannot be read, or belongs to another provider or host."""


def boxes() -> MultiFernet:
    """The newest key encrypts, every key decrypts. Not derived from SECRET_KEY, which may leak by other ways."""
    settings = config()
    text = settings.encryption_keys.get_secret_value()
    if not text:
        text = keep(settings.data / "encryption.key", Fernet.generate_key().decode())
    return MultiFernet([Fernet(key) for key in text.replace(",", " ").split()])


def seal(provider: str, host: str, key: str) -> str:
    content = json.dumps({"provider": provider, "host": host, "key": key})
    return boxes().encrypt(content.encode()).decode()


def unseal(provider: str, host: str, box: str) -> str:
    """Raises KeyRefused."""
    try:
        content = json.loads(boxes().decrypt(box.encode()))
    except InvalidToken:
        raise KeyRefused("The stored key cannot be decrypted. Enter it again in the provider's settings.") from None
    if (content["provider"], content["host"]) != (provider, host):
        raise KeyRefused("The stored key was given for another address. Enter it again in the provider's settings.")
    return str(content["key"])
