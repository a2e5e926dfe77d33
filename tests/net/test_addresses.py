"""Which URLs and which addresses behind a name may be asked."""

import pytest

from generations import net
from generations.addresses import Refused, Rule, check_dialled, take_apart

PUBLIC, HTTP, LAB = Rule(), Rule(allow_http=True), Rule(lab=True)

NEVER = [
    *("", " ", "api.example.com", "//api.example.com/", "/v1", "https:", "https://", "https:///v1", "https:v1", "https://:443/"),
    *("file:///etc/passwd", "ftp://example.com/", "data:text/html,x", "gopher://example.com/", "javascript:alert(1)"),
    *("unix:///run/docker.sock", "ws://example.com/", "http+unix://%2Frun%2Fx/", "HTTPX://example.com"),
    *("https://user@example.com/", "https://user:key@example.com/", "https://example.com@127.0.0.1/", "https://@example.com/"),
    *("https://example.com:0/", "https://example.com:65536/", "https://example.com:-1/", "https://example.com:4 43/"),
    *("https://example.com:port/", "https://example.com:+443/", "https://example.com:４４３/"),
    *("https://exa mple.com/", "https://example.com/a b", "https://example.com/\n", "https://example.com/\r\nX: y", "\thttps://example.com"),
    *("https://example.com/\0", "https://example.com\\@127.0.0.1/", "https://example.com/\\..", "https://example.com/\x7f"),
    *("https://exämple.com/", "https://ⓛocalhost/", "https://example。com/", "https://127。0。0。1/"),
    *("https://-example.com/", "https://example-.com/", "https://exa%6dple.com/", "https://.example.com/", "https://example..com/"),
    *("https://example.com./", "https://" + "a" * 64 + ".com/", "https://" + "a." * 127 + "com/", "https://exa,mple.com/"),
    *("https://[::1/", "https://::1]/", "https://[::1]x/", "https://[::1%25eth0]/", "https://[v1.x]/", "https://[]/"),
    *("https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/", "https://127.0.0.01/"),
    *("https://1.2.3/", "https://256.1.1.1/", "https://1.2.3.4.5/", "https://example.0x1/", "https://017700000001/", "https://0/"),
    *("https://example.com/\ud800", "https://example.com/" + "x" * 20_000),
]  # fmt: skip

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.7",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
]  # nowhere but in a lab

NOWHERE = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "169.254.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "::ffff:169.254.169.254",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "3fff::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "5f00::1",
    "fd00:ec2::254",
    "::ffff:0:127.0.0.1",
    "4000::1",
    "fe80::1%eth0",
]  # not even there

OUTSIDE = ["8.8.8.8", "45.32.108.182", "2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("url", NEVER)
@pytest.mark.parametrize("rule", [PUBLIC, HTTP, LAB])
def test_a_malformed_url_is_refused_under_every_rule(url, rule):
    with pytest.raises(net.NotSent):
        net.check_url(url, rule)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_for_labs_alone(address):
    for rule in (PUBLIC, HTTP):
        with pytest.raises(Refused, match="lab"):
            check_dialled([address], rule, "name.example")
        with pytest.raises(Refused, match="lab"):
            check_dialled(["8.8.8.8", address], rule, "name.example")
        assert_url_refused(address, rule)
    check_dialled([address], LAB, "name.example")
    net.check_url(f"http://{bracketed(address)}:80/", LAB)


@pytest.mark.parametrize("address", NOWHERE)
def test_a_special_address_is_for_nobody(address):
    for rule in (PUBLIC, HTTP, LAB):
        with pytest.raises(Refused, match="public internet"):
            check_dialled([address], rule, "name.example")
        assert_url_refused(address, rule)


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_may_be_asked(address):
    for rule in (PUBLIC, HTTP, LAB):
        check_dialled([address], rule, "name.example")
        net.check_url(f"https://{bracketed(address)}/v1", rule)


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def assert_url_refused(address: str, rule: Rule) -> None:
    with pytest.raises(net.NotSent):
        net.check_url(f"https://{bracketed(address)}/latest/meta-data", rule)


def test_only_https_on_usual_ports_is_for_everybody():
    for url in ("https://a.example/", "https://a.example:8443/", "https://a.example:15555/", "https://a.example:443"):
        net.check_url(url)
    for url in ("http://a.example/", "https://a.example:22/", "https://a.example:80/", "http://a.example:15555/"):
        with pytest.raises(net.NotSent):
            net.check_url(url)
        net.check_url(url, HTTP)
        net.check_url(url, LAB)
    with pytest.raises(net.NotSent, match="unencrypted"):
        net.check_url("http://45.32.108.182:15555/api/v3")


def test_a_refusal_never_repeats_what_may_be_secret():
    for url in ("ftp://a.example/?token=secret", "https://u:secret@a.example/", "https://a.example:99999/?secret"):
        with pytest.raises(net.NotSent) as caught:
            net.check_url(url)
        assert "secret" not in caught.value.reason


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://A.Example", "a.example", "/"),
        ("https://a.example:443/x", "a.example", "/x"),
        ("https://a.example:8443?q", "a.example:8443", "/?q"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443", "/"),
        ("https://a.example/v/草.mp4?sig=a%2Fb+c==#t=1", "a.example", "/v/%E8%8D%89.mp4?sig=a%2Fb+c=="),
        ('https://a.example/"<x>`{|}^', "a.example", "/%22%3Cx%3E%60%7B%7C%7D%5E"),
        ("https://a.example//b/../c;d=1,2", "a.example", "//b/../c;d=1,2"),
    ],
)
def test_a_url_is_sent_as_it_was_signed(url, authority, path):
    target = take_apart(url, PUBLIC)
    assert (target.authority, target.path) == (authority, path)
