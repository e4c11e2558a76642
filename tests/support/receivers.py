"""Somebody who listens on 127.0.0.1: a web server and a mail server that keep what they get."""

import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core import clock

DAY = timedelta(days=1)


class Receiver:
    """A web server; it answers with the statuses it is told, the last one for ever."""

    def __init__(self):
        self.requests, self.answers = [], [(204, {})]
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                receiver.requests.append((self.path, dict(self.headers), self.rfile.read(length)))
                status, headers = receiver.next_answer()
                self.send_response(status)
                for name, value in ({"Content-Length": "0"} | headers).items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_arguments):
                """Be silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?sig=very-secret-signature"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, *answers):
        """What is answered next: statuses, or (status, headers)."""
        self.answers = [one if isinstance(one, tuple) else (one, {}) for one in answers]

    def next_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver():
    """A web server that keeps what is posted to it."""
    found = Receiver()
    yield found
    found.close()


class TlsReceiver:
    """Somebody with a certificate that nobody has signed; `names` is whom clients asked for."""

    def __init__(self, folder):
        self.names = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_self_signed(folder))
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._answer_one, args=(context,), daemon=True).start()

    def _answer_one(self, context):
        connection, _ = self._socket.accept()
        with connection, suppress(OSError):
            context.wrap_socket(connection, server_side=True)

    def close(self):
        self._socket.close()


@pytest.fixture
def tls_receiver(tmp_path):
    """A server that speaks TLS under a certificate of its own making."""
    found = TlsReceiver(tmp_path)
    yield found
    found.close()


@pytest.fixture
def dripping_receiver():
    """The port of somebody who answers with a sign now and then, and never ends."""
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not is_over.wait(0.02):
                    connection.sendall(b"x")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        is_over.set()
        thread.join(timeout=10)


def _self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(clock.now()).not_valid_after(clock.now() + DAY)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    path = folder / "certificate.pem"
    path.write_bytes(secret + certificate)
    return path


class _Conversation(socketserver.StreamRequestHandler):
    """As much SMTP as a client without authentication needs."""

    def handle(self):
        self._say("220 mail.example.com")
        for line in iter(self.rfile.readline, b""):
            verb = line.decode().split()[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            if verb == "RCPT":
                self._say(self.server.recipient_answers.pop(0) if self.server.recipient_answers else "250 ok")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server():
    """A mail server: `port`, `mails`, and `recipient_answers` to come first."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation) as server:
        server.daemon_threads = True
        server.mails, server.recipient_answers = [], []
        server.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()
