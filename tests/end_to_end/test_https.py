"""https of the real process: its authority, its words, its port, and what it refuses."""

import contextlib
import hashlib
import http.client
import json
import re
import signal
import socket
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509

from appliance.api import auth
from tests.presenting import NOW, trusting
from tests.process import STOP_SECONDS, Service
from tests.test_given_certificate import DAY, KITCHEN, OFFICE, OTHER, issue
from tests.warm import command as expeditor


def kitchen(directory: Path, https: str, http: str = "127.0.0.1:0") -> Path:
    """A configuration with these lines in its section `https`."""
    file = directory / "kitchen.toml"
    file.write_text(
        '[orders]\nlisten = "127.0.0.1:0"\nbeacon = false\n'
        f'[http]\nlisten = "{http}"\n[https]\n{https}\n'
        '[[station]]\nid = "grill"\nname = "Grill"\n'
    )
    return file


def started(directory: Path, *arguments: str, https: str = 'listen = "127.0.0.1:0"') -> Service:
    return Service(
        directory / "data", "--config", str(kitchen(directory, https)), *arguments, warm=True
    )


def port_of(service: Service) -> int:
    found = re.search(r"https://\S+:(\d+)/\s", service.said)
    assert found, service.said
    return int(found[1])


def get(
    connection: http.client.HTTPConnection, path: str, **headers: str
) -> http.client.HTTPResponse:
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def over_http(service: Service, path: str) -> tuple[int, str | None, bytes]:
    with contextlib.closing(
        http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    ) as connection:
        answer = get(connection, path)
        return answer.status, answer.getheader("Content-Type"), answer.read()


def secure(
    service: Service, context: ssl.SSLContext, host: str = "localhost"
) -> http.client.HTTPSConnection:
    return http.client.HTTPSConnection(host, port_of(service), context=context, timeout=10)


def events(service: Service, connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(secret, roles=["chef"], tenant="default", subject="test", seconds=60)
    answer = get(connection, "/api/v1/kds/events", Authorization=f"Bearer {token}")
    assert answer.status == 200
    return answer


def test_whoever_trusts_what_ca_pem_gives_is_served_by_https_and_http(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        status, kind, authority = over_http(service, "/ca.pem")
        assert (status, kind) == (200, "application/x-x509-ca-cert")
        digest = sha256(ssl.PEM_cert_to_DER_cert(authority.decode()))
        said = re.search(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", service.said)
        assert said
        assert said[0].replace(":", "").lower() == digest
        for name in ("localhost", "127.0.0.1"):
            with contextlib.closing(secure(service, trusting(authority), name)) as connection:
                answer = get(connection, "/")
                assert (answer.status, b"<html" in answer.read()) == (200, True)
                assert get(connection, "/ca.pem").read() == authority
        assert over_http(service, "/")[0] == 200
        with (
            contextlib.closing(secure(service, ssl.create_default_context())) as connection,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            get(connection, "/")


def test_the_status_tells_a_manager_what_is_presented(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        secret = (service.data / "secret").read_bytes()
        token = auth.issue(secret, roles=["manager"], tenant="default", subject="t", seconds=60)
        trust = trusting(over_http(service, "/ca.pem")[2])
        with contextlib.closing(secure(service, trust)) as connection:
            answer = get(connection, "/api/v1/kds/status", Authorization=f"Bearer {token}")
            status = json.loads(answer.read())["https"]
            shown = connection.sock.getpeercert(binary_form=True) or b""
        assert status["certificate_sha256"].replace(":", "").lower() == sha256(shown)
        assert status["authority_sha256"] in service.said
        assert {"localhost", "127.0.0.1"} <= set(status["names"])
        assert status["valid_until"].endswith("Z")
        assert status["warnings"] == []


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_the_authority_outlives_a_killed_process(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        authority = over_http(service, "/ca.pem")[2]
        service.kill()
        service.start()
        with contextlib.closing(secure(service, trusting(authority))) as connection:
            assert get(connection, "/").status == 200


def test_without_the_section_there_is_no_https(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        assert "https" not in service.said
        assert over_http(service, "/ca.pem")[0] == 404
        assert not list(service.data.glob("*.pem"))


def test_it_ends_in_time_with_open_streams_and_connections_without_a_word(tmp_path: Path) -> None:
    with started(tmp_path) as service, contextlib.ExitStack() as open_:
        trust = trusting(over_http(service, "/ca.pem")[2])
        for _ in range(3):
            stream = open_.enter_context(contextlib.closing(secure(service, trust)))
            events(service, stream)
            open_.enter_context(socket.create_connection(("127.0.0.1", port_of(service))))
        began = time.monotonic()
        service.send(signal.SIGTERM)
        assert service.wait() == 0
        assert time.monotonic() - began < STOP_SECONDS


def test_what_is_no_tls_harms_nobody_else(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        trust = trusting(over_http(service, "/ca.pem")[2])
        for noise in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", bytes(2000), b"\x16\x03\x01"):
            with socket.create_connection(("127.0.0.1", port_of(service)), timeout=10) as peer:
                peer.sendall(noise)
                peer.shutdown(socket.SHUT_WR)
                with contextlib.suppress(ConnectionResetError):
                    assert b"200" not in peer.recv(1000)
        with contextlib.closing(secure(service, trust)) as connection:
            assert get(connection, "/").status == 200
        assert service.stop() == 0
        assert "Traceback" not in service.errors()


def test_the_port_is_named_when_it_cannot_be_bound(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file = kitchen(tmp_path, f'listen = "127.0.0.1:{port}"')
        ended = expeditor("run", "--config", str(file))
    assert ended.returncode == 4
    assert f"https.listen: cannot listen on 127.0.0.1:{port}" in ended.stderr


def test_listen_lan_is_for_https_too(tmp_path: Path) -> None:
    with started(tmp_path, "--listen-lan") as service:
        # 127.0.0.2 is this machine as well, but not the host of the configuration.
        socket.create_connection(("127.0.0.2", port_of(service)), timeout=10).close()


def test_listen_lan_narrows_nothing(tmp_path: Path) -> None:
    with started(tmp_path, "--listen-lan", https='listen = "[::]:0"') as service:
        for host in ("::1", "127.0.0.1"):
            socket.create_connection((host, port_of(service)), timeout=10).close()


def test_all_interfaces_of_ipv6_are_those_of_ipv4_too(tmp_path: Path) -> None:
    file = kitchen(tmp_path, 'listen = "[::]:0"', http="[::]:0")
    with Service(tmp_path / "data", "--config", str(file), warm=True) as service:
        authority = over_http(service, "/ca.pem")[2]
        for host in ("127.0.0.1", "::1"):
            with contextlib.closing(secure(service, trusting(authority), host)) as connection:
                assert get(connection, "/").status == 200
            plain = http.client.HTTPConnection(host, int(service.url.rpartition(":")[2]))
            with contextlib.closing(plain):
                assert get(plain, "/").status == 200


GIVEN = 'listen = "127.0.0.1:0"\ncertificate = "tls/kitchen.crt"\nkey = "tls/kitchen.key"'


def give(directory: Path, certificate: bytes, key: bytes) -> None:
    (directory / "tls").mkdir(exist_ok=True)
    (directory / "tls" / "kitchen.crt").write_bytes(certificate)
    (directory / "tls" / "kitchen.key").write_bytes(key)


def test_the_installers_files_lie_beside_the_configuration(tmp_path: Path) -> None:
    given = issue("localhost", OFFICE)
    give(tmp_path, given.pem, given.key_pem())
    with started(tmp_path, https=GIVEN) as service:
        with contextlib.closing(secure(service, trusting(OFFICE.pem))) as connection:
            assert get(connection, "/").status == 200
        assert over_http(service, "/ca.pem")[0] == 404
        assert not list(service.data.glob("*.pem"))
        service.stop()
        # The last good configuration lies elsewhere, and names the same files.
        file = tmp_path / "kitchen.toml"
        file.write_text(file.read_text().replace('id = "grill"', 'id = "bad id!"'))
        service.start()
        with contextlib.closing(secure(service, trusting(OFFICE.pem))) as connection:
            assert get(connection, "/").status == 200


def test_exchanged_files_are_taken_up_while_it_runs(tmp_path: Path) -> None:
    before, after = issue("localhost", OFFICE), issue("localhost", OFFICE)
    give(tmp_path, before.pem, before.key_pem())
    hurry = "from appliance import tls; tls.CHECK_EVERY_SECONDS = 0.01"
    file = kitchen(tmp_path, GIVEN)
    with Service(tmp_path / "data", "--config", str(file), prelude=hurry, warm=True) as service:
        assert certificate_of(service) == before.certificate
        give(tmp_path, after.pem, after.key_pem())
        deadline = time.monotonic() + 10
        while certificate_of(service) == before.certificate:
            assert time.monotonic() < deadline
        assert certificate_of(service) == after.certificate


def certificate_of(service: Service) -> x509.Certificate:
    with contextlib.closing(secure(service, trusting(OFFICE.pem))) as connection:
        connection.connect()
        shown = connection.sock.getpeercert(binary_form=True) or b""
    return x509.load_der_x509_certificate(shown)


def test_wrong_files_are_errors_that_name_the_key(tmp_path: Path) -> None:
    give(tmp_path, KITCHEN.pem, OTHER.key_pem())
    file = kitchen(tmp_path, GIVEN)
    for command in (("check", str(file)), ("run", "--config", str(file))):
        ended = expeditor(*command)
        assert ended.returncode == 2
        key = tmp_path / "tls" / "kitchen.key"
        assert f"{file}: https.key: {key}: not the key of the first certificate" in ended.stderr


def test_one_that_has_ended_is_said_on_every_page_and_stops_nothing(tmp_path: Path) -> None:
    ended = issue("localhost", OFFICE, ends=NOW - DAY)
    give(tmp_path, ended.pem, ended.key_pem())
    with started(tmp_path, https=GIVEN) as service:
        address = service.url.removeprefix("http://")
        with contextlib.closing(http.client.HTTPConnection(address, timeout=10)) as connection:
            answer = events(service, connection)
            while not (line := answer.readline()).startswith(b"data:"):
                pass
        [warning] = json.loads(line.removeprefix(b"data:"))["payload"]["warnings"]
        assert warning.startswith("https.certificate: ")
        assert "ended at" in warning
        file = tmp_path / "kitchen.toml"
        assert f"{file}: {warning}" in service.errors()
        checked = expeditor("check", str(file))
        assert checked.returncode == 0
        assert f"{file}: {warning}" in checked.stderr
