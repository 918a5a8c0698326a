"""What can be the address of a receiver."""

import pytest

from service.outbox.rules import check_address


@pytest.mark.parametrize(
    "url",
    [
        "http://a..b/",
        "http://.example/",
        "http://-a.example/",
        "http://a-.example/",
        "http://" + "x" * 64 + ".example/",
        "http://" + "x." * 130 + "example/",
        "http://a b/",
        "http://a%00b/",
        "http:///path",
        "http://?",
        "http://:80/",
        "http://h.example:0/",
        "http://h.example:99999/",
        "http://h.example:port/",
        "http://[::zz]/",
        "http://[::1/",
        "http://1.2.3/",
        "http://999.1.1.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[ff02::1]/",
    ],
)
def test_what_can_never_be_an_address_is_told(url):
    with pytest.raises(ValueError, match="not a web address"):
        check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/hook",
        "https://hooks.market.example/in?token=1",
        "http://web_1:80/",
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "http://bücher.example/",
        "http://h.example./",
        "http://3com.example/",
    ],
)
def test_what_may_be_one_is_returned_as_it_is(url):
    assert check_address(url) == url
