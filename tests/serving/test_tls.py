"""TLS, with a certificate made on the spot."""

import shutil
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest
from harness.served import Served
from harness.servers import HttpServer

pytestmark = pytest.mark.stack


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here to make a certificate")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    subprocess.run(  # noqa: S603  the machine's own openssl
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", chain),
        ],
        check=True,
        capture_output=True,
    )
    return chain, key


def test_with_a_certificate_only_tls_is_spoken(
    served: Served, certificate: tuple[Path, Path]
) -> None:
    chain, key = map(str, certificate)
    settings = served.settings.with_(tls_certificate=chain, tls_key=key)
    trusted = ssl.create_default_context(cafile=chain)
    with HttpServer(settings) as server:
        assert server.url.startswith("https://")
        with httpx.Client(base_url=server.url, verify=trusted) as client:
            answer = client.get("/health/ready")
        assert answer.json() == {"status": "ready"}
        assert answer.headers["strict-transport-security"]
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url.replace("https", "http") + "/health/live")
        old = ssl.create_default_context(cafile=chain)
        with pytest.warns(DeprecationWarning, match="TLSVersion"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(httpx.ConnectError):
            httpx.get(server.url + "/health/live", verify=old)
