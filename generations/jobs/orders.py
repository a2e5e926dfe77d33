"""From rows to what a dialect writes: the account, the order, and the whole call."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.storage import default_storage

from .. import catalog, links, providers
from ..catalog.spec import ModelSpec, Slot
from ..keyring import KeyRefused
from ..models import Asset, Attempt, Provider
from ..net import Rule
from ..providers import runway
from ..providers.base import Account, Call, Dialect, Medium, Order, Unwritable
from ..times import TIMES, scaled

Written = TypeVar("Written")


class CannotOrder(Exception):
    """The request cannot be built; nothing was sent. The message is for the member."""


def dialect_of(provider: Provider) -> Dialect:
    return providers.dialect(provider.dialect)


def rule_of(provider: Provider) -> Rule:
    return Rule(allow_http=provider.allow_http, lab=provider.lab)


def account_of(provider: Provider) -> Account:
    """Raises CannotOrder when the stored key cannot be used."""
    if provider.is_plain_http and not (provider.allow_http or provider.lab):
        raise CannotOrder("This provider's address is plain http, and an admin has not allowed to send its key there.")
    try:
        key = provider.open_key()
    except KeyRefused as error:
        raise CannotOrder(str(error)) from None
    if not key:
        raise CannotOrder(f"{provider.name} has no key yet. An admin can enter it in Providers.")
    return Account(
        base_url=provider.base_url, key=key, headers=provider.headers, flags=provider.flags, lists=provider.lists
    )


def tag_of(attempt: Attempt) -> str:
    """48 characters: the prefix keeps the field's purpose (one hash per end user), the rest is this attempt alone."""
    person = hmac.new(settings.SECRET_KEY.encode(), str(attempt.generation.user_id).encode(), hashlib.sha256)
    return f"s1-{person.hexdigest()[:8]}-{attempt.uuid}"


def order_of(attempt: Attempt, tag: str) -> Order:
    """Raises CannotOrder."""
    generation, provider = attempt.generation, attempt.provider
    spec = catalog.MODELS.get(generation.model)
    if spec is None:
        raise CannotOrder(f"The model {generation.model} is no longer in the catalog. Choose another one.")
    slots = {slot.role: slot for mode in spec.modes if mode.name == generation.mode for slot in mode.slots}
    inputs = list(generation.inputs.select_related("asset").order_by("position"))
    return Order(
        model=generation.model_id,
        prompt=generation.prompt,
        media=tuple(medium_of(entry.asset, entry.role, slots.get(entry.role)) for entry in inputs),
        parameters=parameters_of(attempt, spec),
        flag_names={parameter.name: parameter.flag for parameter in spec.parameters if parameter.flag},
        tag=tag if provider.add("tag") else "",
        expires_after=int(deadline_of(attempt)) if provider.add("expiry") else 0,
    )


def names_of(provider: Provider, key: str) -> set[str]:
    """How a model of the catalog is called in this provider's list; an endpoint's id is not among these names."""
    spec, preset = catalog.MODELS.get(key), catalog.PRESETS.get(provider.preset)
    return {spec.id if spec else "", preset.ids.get(key, "") if preset else ""} - {""}


def deadline_of(attempt: Attempt) -> float:
    """Seconds after its acceptance in which this model's takes must end."""
    spec = catalog.MODELS.get(attempt.generation.model)
    return scaled(spec.deadline) if spec else TIMES.expire


def poll_floor_of(attempt: Attempt) -> float:
    """Seconds that must lie between two looks at one task of this model."""
    spec = catalog.MODELS.get(attempt.generation.model)
    return scaled(spec.poll_floor) if spec else TIMES.look_young


def parameters_of(attempt: Attempt, spec: ModelSpec) -> Mapping[str, Any]:
    """Set ones only, in the catalog's order."""
    asked = dict(attempt.generation.parameters)
    if attempt.seed is not None:
        asked["seed"] = attempt.seed
    order = {parameter.name: place for place, parameter in enumerate(spec.parameters)}
    names = sorted((name for name in asked if name not in attempt.provider.omits), key=lambda name: order.get(name, 99))
    return {name: asked[name] for name in names}


def medium_of(asset: Asset, role: str, slot: Slot | None) -> Medium:
    name_role = slot.name_role if slot else True
    if asset.is_link:
        return Medium(role, asset.kind, asset.url, name_role)
    if slot is not None and not slot.inline:
        return Medium(role, asset.kind, signed(asset), name_role)
    return Medium(role, asset.kind, data_uri(asset), name_role)


def signed(asset: Asset) -> str:
    """A link of ours that expires: for providers that fetch by themselves."""
    try:
        return links.signed_url(asset, int(TIMES.longest))
    except links.NoPublicUrl as error:
        raise CannotOrder(str(error)) from None


def data_uri(asset: Asset) -> str:
    try:
        with default_storage.open(asset.file) as file:
            content = file.read()
    except OSError:
        raise CannotOrder(f"The file of “{asset.name}” is missing in the studio's storage.") from None
    return f"data:{asset.mime};base64,{base64.b64encode(content).decode()}"


def create_call(attempt: Attempt, tag: str) -> Call:
    """The one POST. Raises CannotOrder."""
    account, order = account_of(attempt.provider), order_of(attempt, tag)
    return written(lambda: dialect_of(attempt.provider).create(account, order))


def look_call(attempt: Attempt) -> Call:
    """One look at one task. Raises CannotOrder."""
    account = account_of(attempt.provider)
    return written(lambda: dialect_of(attempt.provider).look(account, attempt.remote_id))


def list_call(provider: Provider, ids: Sequence[str] = (), page: int = 1, size: int = 100) -> Call | None:
    """One look at many tasks, where this host can be asked for a list. Raises CannotOrder."""
    if not (dialect_of(provider).LISTS and provider.lists):
        return None
    account = account_of(provider)
    return written(lambda: dialect_of(provider).look_many(account, ids, page, size))


def cancel_call(attempt: Attempt) -> Call | None:
    """Raises CannotOrder."""
    account = account_of(attempt.provider)
    return written(lambda: dialect_of(attempt.provider).cancel(account, attempt.remote_id))


def probe_call(provider: Provider) -> Call:
    """A free question. Raises CannotOrder."""
    account = account_of(provider)
    return written(lambda: dialect_of(provider).probe(account))


def written(write: Callable[[], Written]) -> Written:
    """What a dialect writes; what it cannot carry is the member's to know."""
    try:
        return write()
    except Unwritable as error:
        raise CannotOrder(str(error)) from None


def is_relay(provider: Provider) -> bool:
    """Whether somebody stands between us and the maker, whose bad gateway may hide an order that went through."""
    return not runway.is_official(Account(provider.base_url, "", provider.headers))


def body_bytes(call: Call) -> bytes | None:
    """The JSON of a call, as it travels."""
    if call.body is None:
        return None
    return json.dumps(call.body, ensure_ascii=False, separators=(",", ":")).encode()
