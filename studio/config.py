"""Every STUDIO_* variable, typed, in one class: the only reader of the environment for the product's settings."""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
# Field → variable, of what can also be given as a file.
SECRETS = {
    "secret_key": "STUDIO_SECRET_KEY",
    "encryption_keys": "STUDIO_ENCRYPTION_KEYS",
    "DATABASE_URL": "DATABASE_URL",
}
NEW_KEY = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


class Config(BaseSettings):
    """What an installation may choose. Each has a default with which a fresh clone runs at home."""

    # An error never quotes what was given: it may be a secret.
    model_config = SettingsConfigDict(
        env_prefix="STUDIO_",
        env_ignore_empty=True,
        populate_by_name=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    data: Path = Field(default=ROOT / "data", description="Database, media, secret key and encryption key.")
    bind: str = Field(default="127.0.0.1", description="Address that the web server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port of the web server.")
    public_url: str = Field(default="", description="Address under which others reach the studio, https for the web.")
    hosts: str = Field(default="", description="Further host names that requests may name, separated by commas.")
    database_url: SecretStr = Field(
        default=SecretStr(""), alias="DATABASE_URL", description="postgres://… ; SQLite in STUDIO_DATA when empty."
    )
    secret_key: SecretStr = Field(default=SecretStr(""), description="Django's secret; made in STUDIO_DATA when empty.")
    encryption_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Fernet keys for provider keys, newest first; made in STUDIO_DATA when empty.",
    )
    time_zone: str = Field(default="UTC", description="Time zone for people who chose none.")
    debug: bool = Field(default=False, description="Django's debug pages; never on a network.")
    sandbox: bool = Field(default=True, description="Run the sandbox provider and offer it to members.")
    sandbox_port: int = Field(default=0, ge=0, le=65535, description="Port of the sandbox; STUDIO_PORT + 900 when 0.")
    sandbox_flags: str = Field(default="", description="Further flags for the sandbox, such as --tiny.")
    workers: int = Field(default=4, ge=1, le=64, description="Worker processes that submit and fetch.")
    web_processes: int = Field(default=2, ge=1, le=64, description="Processes of the web server.")
    web_threads: int = Field(default=32, ge=1, le=256, description="Threads of each web process.")
    speed: float = Field(default=1.0, gt=0, le=100, description="Divides the engine's times; for the lab only.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    upload_max_mb: int = Field(default=64, ge=1, description="Largest image or audio upload, in MB.")
    disk_reserve_mb: int = Field(default=2048, ge=0, description="Free MB below which no new work is taken.")
    video_max_mb: int = Field(default=200, ge=1, description="Largest reference video upload, in MB.")

    @model_validator(mode="before")
    @classmethod
    def read_secret_files(cls, values: dict[str, object]) -> dict[str, object]:
        """STUDIO_X_FILE names a file that holds the secret X."""
        for name, variable in SECRETS.items():
            path = os.environ.get(f"{variable}_FILE")
            if path and not values.get(name):
                values[name] = secret_of(f"{variable}_FILE", Path(path))
        return values

    @field_validator("data")
    @classmethod
    def absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("public_url")
    @classmethod
    def whole_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("write it whole, such as https://studio.example.org")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: SecretStr) -> SecretStr:
        if value and not is_database(value.get_secret_value()):
            raise ValueError(
                "write postgres://user:password@host:5432/name or sqlite:///path,"
                " with any of : / @ ? # % in a password percent-encoded"
            )
        return value

    @field_validator("encryption_keys")
    @classmethod
    def whole_keys(cls, value: SecretStr) -> SecretStr:
        if value and not are_fernet_keys(value.get_secret_value()):
            raise ValueError(f"each key is 32 bytes in url-safe base64, separated by commas; make one with {NEW_KEY}")
        return value

    @field_validator("time_zone")
    @classmethod
    def known_time_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("there is no such time zone; write one such as UTC or Asia/Shanghai")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def sandbox_beside_web(self) -> Self:
        if not self.sandbox_port:
            self.sandbox_port = self.port + 900 if self.port + 900 <= 65535 else self.port - 900
        return self

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    def allowed_hosts(self) -> list[str]:
        named = [host.strip() for host in self.hosts.split(",") if host.strip()]
        public = urlsplit(self.public_url).hostname
        return ["localhost", "127.0.0.1", "[::1]", *named, *([public] if public else [])]

    def kept_secret(self, name: str) -> str:
        """The secret in STUDIO_DATA/<name>, made with mode 0600 on first use."""
        return keep(self.data / name, secrets.token_urlsafe(50))


def secret_of(variable: str, path: Path) -> str:
    """What the file holds that `variable` names. Raises ValueError without a word of it."""
    try:
        secret = path.expanduser().read_text().strip()
    except OSError as error:
        raise ValueError(f"{variable}: {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{variable}: {path} holds no text") from None
    if not secret:
        raise ValueError(f"{variable}: {path} is empty")
    return secret


def is_database(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"postgres", "postgresql", "sqlite"} and bool(parts.path.strip("/"))


def are_fernet_keys(text: str) -> bool:
    keys = text.replace(",", " ").split()
    try:
        return bool([Fernet(key) for key in keys])
    except ValueError:
        return False


def keep(path: Path, fresh: str) -> str:
    """Read the file; write `fresh` into it first where there is none.

    Two processes may start at once: the link lets just one of them write, and no reader sees half a secret.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(fresh)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


@lru_cache
def config() -> Config:
    return Config()


def complaint() -> str:
    """What is wrong with the environment, in a sentence for who starts the studio; empty when nothing is."""
    try:
        data = config().data
        data.mkdir(parents=True, exist_ok=True)
    except ValidationError as error:
        first = error.errors()[0]
        words = f"{first['msg'].removeprefix('Value error, ')}."
        name = str(first["loc"][0]) if first["loc"] else ""
        return f"{name if name.isupper() else 'STUDIO_' + name.upper()}: {words}" if name else words
    except OSError as error:
        return f"{error.filename}: {error.strerror}. Name a folder that can be written with STUDIO_DATA."
    return ""
