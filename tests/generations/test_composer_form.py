"""The form behind Generate: what it offers, what it refuses, what it asks for."""

from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from generations import catalog
from generations.forms.composer import ComposerForm, initial_of
from generations.forms.offers import offers
from generations.forms.parameters import ratio_of
from generations.models import Asset, Generation, Provider
from studio.config import config
from tests.make import make_asset, make_generation, make_project, make_provider, make_user

pytestmark = pytest.mark.django_db

TOKEN = "token-of-this-form"


def provider_of(preset: str, **fields: Any) -> Provider:
    spec = catalog.preset(preset)
    return make_provider(
        preset=preset,
        dialect=spec.dialect,
        offers=catalog.offers(spec),
        adds=sorted(spec.adds),
        omits=list(spec.omits),
        flags=spec.flags,
        **fields,
    )


def posted(provider: Provider, model: str, **fields: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"model": f"{provider.pid}:{model}", "client_token": TOKEN, "prompt": "A fox on a hill"})
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [str(value)])
    return data


def filled(project: Any, user: Any, provider: Provider, model: str, **fields: Any) -> ComposerForm:
    return ComposerForm(posted(provider, model, **fields), project=project, user=user)


def wish_of(form: ComposerForm) -> Any:
    assert form.is_valid(), form.errors
    return form.wish()


def refusal(form: ComposerForm, field: str) -> str:
    assert not form.is_valid()
    return " ".join(map(str, form.errors[field]))


# what is offered


def test_it_offers_what_usable_providers_have(project: Any) -> None:
    make_provider(name="Gone", trashed_at=timezone.now())
    real = make_provider(name="Real", lab=False, offers={"seedance-2.0": "x", "no-such-model": "y"})
    lab = make_provider(name="Lab", lab=True)
    assert [(one.provider, one.spec.key) for one in offers()] == [(real, "seedance-2.0"), (lab, "seedance-2.0")]


def test_it_hides_what_the_host_does_not_take(project: Any) -> None:
    make_provider(omits=["camera_fixed", "watermark"])
    assert not {"camera_fixed", "watermark"} & {one.name for one in offers()[0].spec.parameters}


def first_choice(project: Any, user: Any) -> str:
    offer = ComposerForm(project=project, user=user).offer
    return offer.provider.name if offer else ""


def test_it_starts_with_what_the_member_used_last_here(project: Any, alice: Any) -> None:
    make_provider(name="First")
    used = make_provider(name="Used")
    assert first_choice(project, alice) == "First"
    make_generation(project, alice, used)
    assert first_choice(project, alice) == "Used"
    assert first_choice(make_project(alice, "Other"), alice) == "First"


def test_without_a_provider_it_says_so(project: Any, alice: Any) -> None:
    form = ComposerForm(QueryDict(f"client_token={TOKEN}"), project=project, user=alice)
    assert "no model to generate with" in refusal(form, "__all__")


def test_a_withdrawn_model_is_refused_and_another_shown(project: Any, alice: Any) -> None:
    form = filled(project, alice, make_provider(), "seedance-9")
    assert "no longer offered" in refusal(form, "__all__")
    assert form.offer is not None


def test_a_model_that_is_gone_is_not_replaced_without_a_word(project: Any, alice: Any) -> None:
    provider = make_provider()
    for model, words in (("seedance-9", ["no longer offered"]), ("seedance-2.0", [])):
        form = ComposerForm(project=project, user=alice, offer=f"{provider.pid}:{model}")
        assert len(form.warnings) == len(words)
        assert all(word in warning for word, warning in zip(words, form.warnings, strict=True))


@pytest.mark.parametrize("text", ["²", "9" * 5000, "x"])
def test_takes_that_are_no_number_are_one(project: Any, alice: Any, text: str) -> None:
    make_provider()
    form = ComposerForm(QueryDict(f"client_token={TOKEN}&takes={text}"), project=project, user=alice)
    assert form.takes_wanted == 1


@pytest.mark.parametrize("text", ["²:9", "9:²", "9" * 5000 + ":1", "adaptive"])
def test_a_ratio_that_is_none_has_no_drawing(text: str) -> None:
    assert ratio_of(text) is None


# what goes on the wire


@pytest.mark.parametrize(
    ("preset", "model", "fields", "parameters"),
    [
        ("chainhub-seedance", "seedance-1.0-lite", {"slot:first_frame": 1}, {"ratio": "adaptive", "duration": 5}),
        ("chainhub-seedance", "seedance-1.0-lite-references", {"slot:reference_image": 1}, {}),
        (
            "maxtoken",
            "seedance-2.0-gateway",
            {"slot:reference_image": 1, "set:watermark": "true"},
            {
                "generate_audio": True,
                "resolution": "720p",
                "ratio": "16:9",
                "duration": 5,
                "camera_fixed": False,
                "watermark": True,
            },
        ),
        (
            "gptproto",
            "gptproto-seedance-1.0-lite",
            {"set:duration": "10s", "set:seed": "12345"},
            {"loop": False, "duration": "10s", "dimension": "768:768", "seed": 12345},
        ),
        (
            "chainhub-runway",
            "chainhub-gen4-turbo",
            {"slot:first_frame": 1, "set:duration": "5", "set:ratio": "1280:768"},
            {"watermark": False, "duration": 5, "ratio": "1280:768"},
        ),
    ],
)
def test_the_seeds_examples_become_the_right_wish(
    project: Any, alice: Any, preset: str, model: str, fields: dict[str, Any], parameters: dict[str, Any]
) -> None:
    provider, asset = provider_of(preset), make_asset(project, alice)
    fields = {name: asset.pid if name.startswith("slot:") else value for name, value in fields.items()}
    wish = wish_of(filled(project, alice, provider, model, **fields))
    assert wish.parameters == parameters
    assert [(role, one.pid) for role, one in wish.inputs] == [
        (name.removeprefix("slot:"), asset.pid) for name in fields if name.startswith("slot:")
    ]
    assert (wish.provider, wish.model, wish.model_id) == (provider, model, provider.offers[model])
    assert wish.seeds == []


def test_an_emptied_setting_is_left_off_the_wire(project: Any, alice: Any) -> None:
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **{"set:ratio": "", "set:duration": ""})
    assert not {"ratio", "duration"} & wish_of(form).parameters.keys()


def test_a_switch_posts_off_and_then_on(project: Any, alice: Any) -> None:
    provider = provider_of("ark")
    off = filled(project, alice, provider, "seedance-2.0", **{"set:generate_audio": ["false"]})
    on = filled(project, alice, provider, "seedance-2.0", **{"set:generate_audio": ["false", "true"]})
    assert wish_of(off).parameters["generate_audio"] is False
    assert wish_of(on).parameters["generate_audio"] is True


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("set:duration", "99", "from 4 to 15"),
        ("set:duration", "five", "not a whole number"),
        ("set:resolution", "8k", "Choose one of"),
        ("set:generate_audio", "perhaps", "neither on nor off"),
    ],
)
def test_a_bad_setting_is_refused_at_its_field(project: Any, alice: Any, name: str, value: str, words: str) -> None:
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **{name: value})
    assert words in refusal(form, name)


def test_bad_json_is_refused_with_its_reason(project: Any, alice: Any) -> None:
    provider = provider_of("gptproto")
    form = filled(project, alice, provider, "gptproto-seedance-1.0-lite", **{"set:logo": '{"url": NaN}'})
    assert "NaN" in refusal(form, "set:logo")


# takes, tokens, seeds


@pytest.mark.parametrize("takes", ["0", "5", "-1", "many"])
def test_only_one_to_four_takes(project: Any, alice: Any, takes: str) -> None:
    assert (
        "takes"
        in ComposerForm(posted(provider_of("ark"), "seedance-2.0", takes=takes), project=project, user=alice).errors
    )


@pytest.mark.parametrize("token", ["", "short", "with space in it", "x" * 65])
def test_a_form_without_a_proper_token_is_refused(project: Any, alice: Any, token: str) -> None:
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", client_token=token)
    assert "client_token" in form.errors


def test_the_same_token_is_the_same_job(project: Any, alice: Any) -> None:
    provider = provider_of("ark")
    form = filled(project, alice, provider, "seedance-2.0", takes=2)
    again = filled(project, alice, provider, "seedance-2.0", takes=2)
    assert form.is_valid()
    assert again.is_valid()
    first, made = form.save()
    second, remade = again.save()
    assert (made, remade) == (True, False)
    assert [row.pk for row in first] == [row.pk for row in second]
    assert Generation.objects.count() == 2


def test_takes_get_seeds_of_their_own_where_the_provider_may_add_them(project: Any, alice: Any) -> None:
    wish = wish_of(filled(project, alice, provider_of("ark"), "seedance-1.0-pro", takes=4))
    assert len(set(wish.seeds)) == 4
    assert all(1 <= seed < 2**31 for seed in wish.seeds)
    assert "seed" not in wish.parameters


def test_a_gateway_gets_no_seed_that_nobody_typed(project: Any, alice: Any) -> None:
    wish = wish_of(filled(project, alice, provider_of("gptproto"), "gptproto-seedance-1.0-lite", takes=3))
    assert wish.seeds == []
    assert "seed" not in wish.parameters


def test_a_typed_seed_counts_up_over_the_takes(project: Any, alice: Any) -> None:
    provider = provider_of("ark")
    one = wish_of(filled(project, alice, provider, "seedance-1.0-pro", **{"set:seed": "7"}))
    three = wish_of(filled(project, alice, provider, "seedance-1.0-pro", takes=3, **{"set:seed": "7"}))
    assert (one.parameters["seed"], one.seeds) == (7, [])
    assert three.seeds == [7, 8, 9]


# inputs


def test_a_file_of_another_project_is_refused(project: Any, alice: Any) -> None:
    other = make_asset(make_project(alice, "Other"), alice)
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **{"slot:first_frame": other.pid})
    assert "no longer in this project" in refusal(form, "slot:first_frame")


def test_a_trashed_file_is_refused(project: Any, alice: Any) -> None:
    asset = make_asset(project, alice, trashed_at=timezone.now())
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **{"slot:first_frame": asset.pid})
    assert "Add it again" in refusal(form, "slot:first_frame")


def test_a_sound_is_no_first_frame(project: Any, alice: Any) -> None:
    asset = make_asset(project, alice, kind="audio", mime="audio/mpeg")
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **{"slot:first_frame": asset.pid})
    assert "image" in refusal(form, "slot:first_frame")


def test_frames_and_references_do_not_mix(project: Any, alice: Any) -> None:
    one, two = make_asset(project, alice), make_asset(project, alice)
    fields = {"slot:first_frame": one.pid, "slot:reference_image": two.pid}
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **fields)
    assert "cannot be used together" in refusal(form, "slot:reference_image")


def test_a_model_that_needs_an_image_says_so(project: Any, alice: Any) -> None:
    form = filled(project, alice, provider_of("chainhub-seedance"), "seedance-1.0-lite")
    assert "needs a first frame" in refusal(form, "slot:first_frame")


def test_references_keep_their_order(project: Any, alice: Any) -> None:
    pids = [make_asset(project, alice).pid for _ in range(3)]
    wish = wish_of(filled(project, alice, provider_of("ark"), "seedance-2.0", **{"slot:reference_image": pids[::-1]}))
    assert [asset.pid for _, asset in wish.inputs] == pids[::-1]


def test_a_video_needs_an_address_from_which_the_provider_can_fetch_it(
    project: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = make_asset(project, alice, kind="video", mime="video/mp4", seconds=5, width=1280, height=720)
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **{"slot:reference_video": asset.pid})
    assert "Set STUDIO_PUBLIC_URL" in refusal(form, "slot:reference_video")
    reachable = config().model_copy(update={"public_url": "https://studio.example.org"})
    monkeypatch.setattr("generations.forms.composer.config", lambda: reachable)
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **{"slot:reference_video": asset.pid})
    assert form.is_valid(), form.errors


def test_a_file_too_large_for_the_gateway_is_refused_with_the_numbers(project: Any, alice: Any) -> None:
    asset = make_asset(project, alice, bytes=3_000_000)
    provider = provider_of("ark", max_inline=1_000_000)
    form = filled(project, alice, provider, "seedance-2.0", **{"slot:first_frame": asset.pid})
    assert "use a smaller file or a link" in refusal(form, "slot:first_frame")


def test_a_pasted_link_becomes_an_asset_once(project: Any, alice: Any) -> None:
    fields = {"link:first_frame": "https://files.example.org/a/fox.png?v=2"}
    wish = wish_of(filled(project, alice, provider_of("ark"), "seedance-2.0", **fields))
    again = wish_of(filled(project, alice, provider_of("ark"), "seedance-2.0", **fields))
    [(role, asset)] = wish.inputs
    assert (role, asset.origin, asset.name, asset.kind) == ("first_frame", "link", "fox.png", "image")
    assert again.inputs[0][1].pk == asset.pk
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    "url", ["http://files.example.org/fox.png", "https://10.0.0.1/fox.png", "ftp://x/y", "fox.png"]
)
def test_a_link_that_leads_nowhere_public_is_refused(project: Any, alice: Any, url: str) -> None:
    form = filled(project, alice, provider_of("ark"), "seedance-2.0", **{"link:first_frame": url})
    assert "link:first_frame" in form.errors
    assert not Asset.objects.exists()


# what it tells beforehand


def test_a_paused_provider_is_allowed_and_said(project: Any, alice: Any) -> None:
    provider = provider_of("ark", paused_at=timezone.now(), paused_why="The key was refused.")
    form = filled(project, alice, provider, "seedance-2.0")
    assert form.is_valid()
    assert any("is paused: The key was refused." in warning for warning in form.warnings)


def test_a_reference_that_the_prompt_does_not_name_is_a_gentle_warning(project: Any, alice: Any) -> None:
    provider, asset = provider_of("chainhub-seedance"), make_asset(project, alice)
    form = filled(project, alice, provider, "seedance-1.0-lite-references", **{"slot:reference_image": asset.pid})
    assert form.is_valid()
    assert any("[Figure 1]" in warning for warning in form.warnings)


def test_an_edited_model_id_turns_the_makers_limits_into_warnings(project: Any, alice: Any) -> None:
    asset = make_asset(project, alice, width=100, height=100)
    provider = provider_of("ark")
    fields = {"slot:first_frame": asset.pid}
    assert "slot:first_frame" in filled(project, alice, provider, "seedance-2.0", **fields).errors
    provider.offers["seedance-2.0"] = "ep-20260101-abcde"
    provider.save()
    form = filled(project, alice, provider, "seedance-2.0", **fields)
    assert form.is_valid(), form.errors
    assert any("100 × 100" in warning for warning in form.warnings)


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ({"set:ratio": "9:16", "set:resolution": "720p"}, (720, 1280)),
        ({"set:ratio": "adaptive", "slot:first_frame": "asset"}, (640, 360)),
        ({"set:ratio": "adaptive"}, (16, 9)),
    ],
)
def test_the_card_gets_its_box_beforehand(
    project: Any, alice: Any, fields: dict[str, str], shape: tuple[int, int]
) -> None:
    asset = make_asset(project, alice)
    fields = {name: asset.pid if value == "asset" else value for name, value in fields.items()}
    wide, high = wish_of(filled(project, alice, provider_of("ark"), "seedance-2.0", **fields)).shape
    assert wide / high == pytest.approx(shape[0] / shape[1], rel=0.02)


def test_the_estimate_travels_with_the_wish_in_the_hosts_currency(project: Any, alice: Any) -> None:
    form = filled(project, alice, provider_of("byteplus"), "seedance-2.0")
    wish = wish_of(form)
    assert wish.cost is not None
    assert wish.cost > 0
    assert wish.currency == "USD"
    assert wish_of(filled(project, alice, provider_of("maxtoken"), "seedance-2.0-gateway")).cost is None


def test_reuse_asks_for_the_same_once_more(project: Any, alice: Any) -> None:
    provider, asset = provider_of("ark"), make_asset(project, alice)
    form = filled(
        project,
        alice,
        provider,
        "seedance-2.0",
        **{"slot:first_frame": asset.pid, "set:ratio": "", "set:duration": "8"},
    )
    assert form.is_valid()
    [generation], _ = form.save()
    again = ComposerForm(
        project=project, user=alice, offer=f"{provider.pid}:seedance-2.0", initial=initial_of(generation)
    )
    assert again["prompt"].value() == generation.prompt
    assert again["slot:first_frame"].value() == [asset.pid]
    assert again.values == generation.parameters


def test_a_stranger_to_the_catalog_in_the_history_can_still_be_reused(project: Any) -> None:
    bob = make_user("Bob2")
    generation = make_generation(project, bob, model="gone-model", prompt="Old words")
    assert initial_of(generation)["prompt"] == "Old words"
