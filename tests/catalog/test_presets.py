"""Every model of every preset can be asked for, just as it stands in the files."""

import json
from dataclasses import asdict

import pytest

from generations import catalog, providers
from generations.catalog.preflight import check, pick_mode
from generations.catalog.values import choices_in, complaint, defaults, parameters_in, without

from .orders import call_of, least_inputs

OFFERED = [
    (name, key, mode.name)
    for name, preset in catalog.PRESETS.items()
    for key in preset.models
    for mode in catalog.MODELS[key].modes
]
LINKS = {"image": "https://a.example/i.png", "video": "https://a.example/v.mp4", "audio": "https://a.example/a.wav"}


def test_the_hosts_of_the_first_day_are_there():
    assert {
        "ark",
        "byteplus",
        "runway",
        "chainhub-seedance",
        "chainhub-runway",
        "maxtoken",
        "gptproto",
        "sandbox",
        "sandbox-gptproto",
        "sandbox-runway",
        "sandbox-chainhub",
        "sandbox-chainhub-runway",
    } <= set(catalog.PRESETS)
    labels = [preset.label for preset in catalog.PRESETS.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(("name", "key", "mode_name"), OFFERED)
def test_an_untouched_form_passes_and_is_written(name, key, mode_name):
    preset = catalog.preset(name)
    spec = without(catalog.model(key), preset.omits)
    mode = next(one for one in spec.modes if one.name == mode_name)
    values, inputs = defaults(spec, mode), least_inputs(mode)
    prompt = "A fox with [Figure 1]" if mode.needs_prompt or inputs else ""
    assert check(spec, mode, prompt, inputs, values)[0] == ()
    assert pick_mode(spec, [one.role for one in inputs]) == mode
    call = call_of(preset, key, mode_name, prompt, [(one.role, LINKS[one.kind]) for one in inputs])
    sent = json.loads(json.dumps(call.body))
    assert call.body == sent
    assert sent["model"] == catalog.offers(preset)[key]
    flagged = {one.name for one in spec.parameters if one.flag} if preset.flags else set()
    assert {name: value for name, value in values.items() if name not in flagged}.items() <= sent.items()


@pytest.mark.parametrize(("name", "key", "mode_name"), OFFERED)
def test_every_choice_is_legal_and_every_default_is_one(name, key, mode_name):
    spec = catalog.model(key)
    mode = next(one for one in spec.modes if one.name == mode_name)
    for parameter in parameters_in(spec, mode):
        choices = choices_in(parameter, mode)
        assert all(not complaint(parameter, choice, choices) for choice in choices)
        if parameter.default is not None:
            assert not complaint(parameter, parameter.default, parameter.choices)


def test_only_the_makers_own_hosts_get_more_than_their_documents_show():
    assert {name: set(preset.adds) for name, preset in catalog.PRESETS.items() if preset.adds} == {
        "ark": {"tag", "seed", "expiry"},
        "byteplus": {"tag", "seed", "expiry"},
        "runway": {"seed"},
        "sandbox": {"tag", "seed", "expiry"},
        "sandbox-runway": {"seed"},
    }


def test_only_the_sandbox_may_be_at_home():
    for preset in catalog.PRESETS.values():
        assert preset.lab == preset.name.startswith("sandbox") == ("127.0.0.1" in preset.base_url)
        if preset.lab:
            assert preset.currency == ""
        elif preset.name != "maxtoken":
            assert preset.base_url.startswith("https://")


def test_a_sandbox_has_the_face_of_the_host_it_plays():
    for face, name in (
        ("sandbox", "ark"),
        ("sandbox-gptproto", "gptproto"),
        ("sandbox-runway", "runway"),
        ("sandbox-chainhub", "chainhub-seedance"),
        ("sandbox-chainhub-runway", "chainhub-runway"),
    ):
        played, real = catalog.preset(face), catalog.preset(name)
        assert (played.models, played.flags, played.headers, played.adds) == (
            real.models,
            real.flags,
            real.headers,
            real.adds,
        )


def test_byteplus_calls_models_by_ids_of_its_own():
    offered = catalog.offers(catalog.preset("byteplus"))
    assert offered["seedance-2.0"] == "dreamina-seedance-2-0-260128"
    assert not any(model_id.startswith("doubao") for model_id in offered.values())
    assert catalog.offers(catalog.preset("ark"))["seedance-2.0"] == "doubao-seedance-2-0-260128"


def test_every_model_is_offered_somewhere():
    offered = {key for preset in catalog.PRESETS.values() for key in preset.models}
    assert offered == set(catalog.MODELS)


def test_every_dialect_has_its_models():
    assert {spec.dialect for spec in catalog.MODELS.values()} == {one.NAME for one in providers.DIALECTS}
    assert all(spec.dialect == "gptproto" for spec in catalog.models_of("gptproto"))
    assert "gptproto-seedance-1.0-lite" in [spec.key for spec in catalog.models_of("gptproto")]
    assert catalog.models_of("unheard-of") == []


def test_an_unknown_name_says_so():
    with pytest.raises(KeyError, match="no model “x”"):
        catalog.model("x")
    with pytest.raises(KeyError, match="no preset “x”"):
        catalog.preset("x")


def as_lists(value):
    if isinstance(value, dict):
        return {key: as_lists(one) for key, one in value.items()}
    return [as_lists(one) for one in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("spec", catalog.MODELS.values(), ids=lambda spec: spec.key)
def test_a_spec_goes_through_json_and_back(spec):
    assert json.loads(json.dumps(asdict(spec))) == as_lists(asdict(spec))


def test_what_the_officials_say_of_each_model_holds():
    spans = {key: next((p.min, p.max) for p in catalog.model(key).parameters if p.name == "duration") for key in (
        "seedance-2.5", "seedance-2.0", "seedance-1.5-pro", "seedance-1.0-pro", "seedance-1.0-lite",
    )}  # fmt: skip
    assert spans == {
        "seedance-2.5": (4, 30),
        "seedance-2.0": (4, 15),
        "seedance-1.5-pro": (4, 12),
        "seedance-1.0-pro": (2, 12),
        "seedance-1.0-lite": (2, 12),
    }
    modes = {key: [mode.name for mode in spec.modes] for key, spec in catalog.MODELS.items()}
    assert modes["seedance-2.0"] == modes["seedance-2.5"] == ["text", "first_frame", "frames", "references"]
    assert modes["seedance-1.0-pro-fast"] == ["text", "first_frame"]
    assert modes["seedance-1.0-lite"] == ["first_frame", "frames"]
    assert modes["seedance-1.0-lite-references"] == ["references"]
    assert modes["runway-gen4-turbo"] == ["first_frame"]
    assert catalog.model("runway-gen3a-turbo").legacy
