"""A wrong data file stops the start and says what is wrong with it."""

from dataclasses import FrozenInstanceError
from types import MappingProxyType

import pytest

from generations.catalog.loading import CatalogError, load
from generations.catalog.spec import Limits

FAMILY = """
family = "Toys"
dialect = "ark"

[limits.small]
max_side = 100

[limits.smaller]
like = "small"
max_side = 50

[slots.first]
role = "first_frame"
kind = "image"
label = "First frame"
min = 1
limits = "smaller"

[modes.text]
name = "text"
label = "Text"

[modes.first]
name = "first_frame"
label = "First frame"
slots = ["first"]
drop_choices = { ratio = ["1:1"] }

[parameters.ratio]
label = "Ratio"
kind = "ratio"
choices = ["1:1", "16:9"]

[parameters.ratio-wide]
like = "ratio"
default = "16:9"

[parameters.duration]
label = "Duration"
kind = "int"
min = 2
max = 5

[sizes.all]
480p = { "1:1" = "640x640" }

[models."toy-1"]
id = "toy-one"
label = "Toy 1"
modes = ["text", "first"]
parameters = ["ratio-wide", "duration"]
sizes = "all"
prices = [{ unit = "second", amount = 0.1, when = { ratio = ["1:1"] } }]

[models."toy-2"]
like = "toy-1"
id = "toy-two"
"""
PRESETS = """
[home]
label = "Home"
dialect = "ark"
base_url = "https://toys.example/api"
models = ["toy-1"]
ids = { "toy-1" = "toy-uno" }
adds = ["tag"]
"""


@pytest.fixture
def write(tmp_path):
    def written(old="", new="", presets=PRESETS, **more):
        assert old in FAMILY + presets
        (tmp_path / "toys.toml").write_text(FAMILY.replace(old, new) if old else FAMILY)
        (tmp_path / "presets.toml").write_text(presets.replace(old, new) if old else presets)
        for name, text in more.items():
            (tmp_path / f"{name}.toml").write_text(text)
        return tmp_path

    return written


def test_what_is_named_once_is_shared(write):
    models, presets = load(write())
    first = models["toy-1"].modes[1].slots[0]
    assert first.limits == Limits(max_side=50)
    assert models["toy-2"].modes == models["toy-1"].modes
    assert (models["toy-2"].id, models["toy-2"].label, models["toy-2"].key) == ("toy-two", "Toy 1", "toy-2")
    assert [parameter.name for parameter in models["toy-1"].parameters] == ["ratio", "duration"]
    assert models["toy-1"].parameters[0].default == "16:9"
    assert models["toy-1"].family == "Toys"
    assert presets["home"].ids == {"toy-1": "toy-uno"}
    assert presets["home"].adds == {"tag"}


def test_the_catalog_cannot_be_changed_by_a_reader(write):
    models, presets = load(write())
    for mapping in (models, presets):
        assert isinstance(mapping, MappingProxyType)
    with pytest.raises(FrozenInstanceError):
        presets["home"].__setattr__("lab", True)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('family = "Toys"\n', "", r"toys.toml models.toy-1: family cannot be None"),
        ('label = "Ratio"', 'lable = "Ratio"', r"toys.toml parameters.ratio: unknown key lable"),
        ('[sizes.all]', '[size.all]', r"toys.toml: unknown section size"),
        ('label = "Toy 1"\n', "", r"toys.toml models.toy-1: label is missing"),
        ("max = 5", 'max = "5"', r"toys.toml parameters.duration: max cannot be '5'"),
        ("max = 5", "max = true", r"toys.toml parameters.duration: max cannot be True"),
        ('default = "16:9"', 'default = "4:3"', r"toy-1: ratio cannot start as '4:3': Choose one of 1:1, 16:9"),
        ('kind = "int"', 'kind = "integer"', r"duration cannot be of kind integer"),
        ('kind = "int"', 'kind = "choice"', r"duration: choices belong to the kinds"),
        ("max = 5", "max = 5\nrequired = true", r"duration must be sent, so it needs a default"),
        ("max = 5", "max = 5\ndefault = 7", r"duration cannot start as 7: Give a whole number from 2 to 5"),
        ('slots = ["first"]', 'slots = ["last"]', r"modes.first.slots: there is no last"),
        ('limits = "smaller"', 'limits = "large"', r"slots.first.limits: there is no large"),
        ('like = "small"', 'like = "large"', r"there is no entry large, which smaller needs"),
        ('like = "small"', 'like = "smaller"', r"smaller is like itself"),
        ('kind = "image"', 'kind = "video"', r"a video cannot be a first_frame"),
        ("min = 1", "min = 2", r"first_frame cannot take 2 to 1 files"),
        ('name = "first_frame"', 'name = "text"', r"two modes are called text"),
        ('name = "first_frame"', 'name = "picture"', r"there is no mode picture"),
        ('ratio = ["1:1"] }\n', 'rate = ["1:1"] }\n', r"leaves out rate, which is no parameter"),
        ('ratio = ["1:1"] }\n', 'ratio = ["1:1", "16:9"] }\n', r"ratio has a mode with no choice left"),
        ('["ratio-wide", "duration"]', '["ratio-wide", "ratio"]', r"two parameters are called ratio"),
        ('unit = "second"', 'unit = "minute"', r"a price cannot be per minute"),
        ('when = { ratio = ["1:1"]', 'when = { rate = ["1:1"]', r"a price depends on rate"),
        ('"640x640"', '"640:640"', r"640:640 is no size in pixels"),
        ('[models."toy-2"]', '[models."toy-1"]', r"toys.toml: .*declare.*twice"),
        ('models = ["toy-1"]', 'models = ["toy-9"]', r"presets.toml home: there is no model toy-9"),
        ('ids = { "toy-1"', 'ids = { "toy-2"', r"an id for toy-2, which it does not offer"),
        ('adds = ["tag"]', 'adds = ["tags"]', r"it adds tags, and only expiry, seed, tag are known"),
        ('adds = ["tag"]', 'omits = ["camera"]', r"it omits camera, which none of its models has"),
        ("toys.example/api", "toys.example/api/", r"is no base URL"),
        ("https://toys", "toys", r"is no base URL"),
        ('adds = ["tag"]', "rate = 0", r"concurrency and rate start at 1"),
        ('adds = ["tag"]', 'flags = "yes"', r"presets.toml home: flags cannot be 'yes'"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_place(write, old, new, complaint):
    with pytest.raises(CatalogError, match=complaint):
        load(write(old, new))


def test_a_preset_of_another_dialect_is_refused(write):
    presets = PRESETS.replace('dialect = "ark"', 'dialect = "runway"')
    with pytest.raises(CatalogError, match="toy-1 speaks ark, the preset runway"):
        load(write(presets=presets))


def test_a_key_in_two_files_is_refused(write):
    with pytest.raises(CatalogError, match=r"toys.toml: the model toy-1 is in another file already"):
        load(write(another=FAMILY))


def test_a_file_that_is_no_toml_is_refused(write):
    with pytest.raises(CatalogError, match=r"broken.toml: "):
        load(write(broken="= 7"))


def test_a_folder_without_presets_is_refused(tmp_path):
    with pytest.raises(CatalogError, match=r"presets.toml"):
        load(tmp_path)
