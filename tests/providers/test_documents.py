"""The examples are really read out of the documents."""

from .documents import curl_examples, openapi_examples


def test_the_first_frame_example():
    request, reply = openapi_examples("chainhub-first-frame")
    assert request["model"] == "doubao-seedance-1-0-lite-i2v-250428"
    assert [item["type"] for item in request["content"]] == ["text", "image_url"]
    assert request["content"][0]["text"].endswith("blown by the wind. --ratio adaptive --dur 5")
    assert request["content"][1]["image_url"]["url"].startswith("data:image/png;base64,aHR0c")
    assert reply == {"id": "cgt-20250918170604-vd988", "status": "submitted"}


def test_the_references_example():
    request, reply = openapi_examples("chainhub-references")
    assert [item.get("role") for item in request["content"]] == [None, *["reference_image"] * 3]
    assert request["content"][3]["image_url"] == {
        "url": "https://ark-project.tos-cn-beijing.volces.com/doc_image/seelite_ref_3.png"
    }
    assert reply["id"] == "cgt-20250918170909-j7gxl"


def test_the_runway_example():
    request, reply = openapi_examples("chainhub-runway")
    assert request == {
        "promptImage": "https://www.bt.cn/bbs/template/qiao/style/image/btlogo.png",
        "model": "gen4_turbo",
        "promptText": "cat dance",
        "watermark": False,
        "duration": 5,
        "ratio": "1280:768",
    }
    assert reply["state"] == "pending"
    assert reply["video"] is None


def test_the_curl_examples():
    request, reply = curl_examples("maxtoken-seedance-2")
    assert len(request["content"]) == 3
    assert reply == {"id": "cgt-20251225201056-abc"}
    schema, error, request, reply, error_again = curl_examples("gptproto-text")
    assert schema["duration"] == "<string>"
    assert request["duration"] == "10s"
    assert reply["data"]["status"] == "pending"
    assert error == error_again
