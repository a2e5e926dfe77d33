"""The catalog's texts in the reader's language, without the catalog knowing anything of it."""

import json
from dataclasses import asdict

import pytest
from django.template import Context, Template

from generations import catalog
from generations.catalog import tongue
from generations.catalog.tongue import Text
from generations.management.commands.messages import of


@pytest.fixture(autouse=True)
def shouting(monkeypatch):
    monkeypatch.setattr(tongue.Tongue, "one", staticmethod(str.upper))


def test_a_text_is_translated_wherever_it_is_written_out():
    text = Text("First frame")
    sentence = "{slot}"
    assert (str(text), f"{text}", sentence.format(slot=text)) == ("FIRST FRAME",) * 3
    assert Template("{{ text }}, {{ text|lower }}").render(Context({"text": text})) == "FIRST FRAME, first frame"


def test_compared_and_stored_it_is_english():
    text = Text("First frame")
    assert text == "First frame"
    assert {"First frame": 1}[text] == 1
    assert json.dumps([text]) == '["First frame"]'


def test_labels_are_texts_and_names_of_products_are_not():
    spec = catalog.MODELS["seedance-2.0"]
    assert str(spec.modes[0].label) == "TEXT"
    assert str(spec.notes).isupper()
    assert (str(spec.label), spec.key) == ("Seedance 2.0", "seedance-2.0")
    assert asdict(spec)["modes"][0]["label"] == "Text"


def test_translators_get_every_text_and_no_names():
    found = {str.__str__(text) for spec in (*catalog.MODELS.values(), *catalog.PRESETS.values()) for text in of(spec)}
    shouted = {"FIRST FRAME", "DURATION", "A KEY FROM GPTPROTO."}
    assert shouted <= found
    assert "adaptive" in found
    assert not {"Seedance 2.0", "SEEDANCE 2.0", "16:9"} & found
