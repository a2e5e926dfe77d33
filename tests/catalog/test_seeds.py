"""With the catalog's defaults, each preset sends what its host's document shows."""

from generations import catalog
from tests.providers.documents import PNG, curl_examples, openapi_examples

from .orders import call_of


def test_chainhubs_first_frame_comes_out():
    expected, _ = openapi_examples("chainhub-first-frame")
    expected["content"][1]["image_url"]["url"] = PNG
    prompt = expected["content"][0]["text"].removesuffix(" --ratio adaptive --dur 5")
    preset = catalog.preset("chainhub-seedance")
    call = call_of(preset, "seedance-1.0-lite", "first_frame", prompt, [("first_frame", PNG)])
    assert call.body == expected
    assert call.url == "https://api.chainhub.tech/volc/v1/contents/generations/tasks"


def test_chainhubs_references_come_out():
    expected, _ = openapi_examples("chainhub-references")
    media = [("reference_image", item["image_url"]["url"]) for item in expected["content"][1:]]
    preset = catalog.preset("chainhub-seedance")
    prompt = expected["content"][0]["text"]
    assert call_of(preset, "seedance-1.0-lite-references", "references", prompt, media).body == expected


def test_maxtokens_seedance_2_comes_out():
    expected, _ = curl_examples("maxtoken-seedance-2")
    media = [("reference_image", item["image_url"]["url"]) for item in expected["content"][1:]]
    prompt = expected["content"][0]["text"]
    preset = catalog.preset("maxtoken")
    call = call_of(preset, "seedance-2.0-gateway", "references", prompt, media, {"watermark": True})
    assert call.body == expected
    # Untouched, both switches are off and sent: the page's own defaults contradict the maker's.
    assert call_of(preset, "seedance-2.0-gateway", "references", prompt, media).body == expected | {"watermark": False}
    assert call.url == "http://45.32.108.182:15555/api/v3/contents/generations/tasks"


def test_gptprotos_order_comes_out():
    expected = curl_examples("gptproto-text")[2]
    preset = catalog.preset("gptproto")
    changes = {"duration": "10s", "seed": 12345}
    call = call_of(preset, "gptproto-seedance-1.0-lite", "text", expected["prompt"], changes=changes)
    assert call.body == expected
    assert call.url == "https://gptproto.com/api/v3/contents/generations/tasks"


def test_gptprotos_defaults_are_the_pages():
    call = call_of(catalog.preset("gptproto"), "gptproto-seedance-1.0-lite", "text", "p")
    assert call.body == {
        "model": "seedance-1-0-lite-i2v-250428",
        "prompt": "p",
        "loop": False,
        "duration": "5s",
        "dimension": "768:768",
    }


def test_chainhubs_runway_comes_out():
    expected, _ = openapi_examples("chainhub-runway")
    media = [("first_frame", expected["promptImage"])]
    preset = catalog.preset("chainhub-runway")
    call = call_of(preset, "chainhub-gen4-turbo", "first_frame", expected["promptText"], media, {"duration": 5})
    assert call.body == expected
    assert call.url == "https://api.chainhub.tech/runwayml/v1/image_to_video"
    untouched = call_of(preset, "chainhub-gen4-turbo", "first_frame", expected["promptText"], media)
    assert untouched.body == expected | {"duration": 10}


def test_ark_itself_gets_no_fixed_camera_for_seedance_2():
    for name in ("ark", "byteplus"):
        call = call_of(catalog.preset(name), "seedance-2.0", "text", "p")
        assert call.body == {
            "model": catalog.offers(catalog.preset(name))["seedance-2.0"],
            "content": [{"type": "text", "text": "p"}],
            "ratio": "16:9",
            "duration": 5,
            "resolution": "720p",
            "generate_audio": True,
            "watermark": False,
        }
        assert "seedance-2.0-gateway" not in catalog.preset(name).models


def test_a_first_frame_of_seedance_2_names_its_role():
    call = call_of(catalog.preset("ark"), "seedance-2.0", "first_frame", "p", [("first_frame", PNG)])
    assert call.body
    assert call.body["content"][1]["role"] == "first_frame"


def test_runway_itself_gets_its_version_and_its_own_sizes():
    call = call_of(catalog.preset("runway"), "runway-gen4-turbo", "first_frame", "p", [("first_frame", PNG)])
    assert call.headers["X-Runway-Version"] == "2024-11-06"
    assert call.body == {
        "promptImage": PNG,
        "model": "gen4_turbo",
        "promptText": "p",
        "ratio": "1280:720",
        "duration": 5,
    }
