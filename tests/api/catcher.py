"""A mail server that takes, delays, refuses or hangs up, as a test wants."""

import email
import email.policy
import logging
import ssl
import subprocess
import threading
import time
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

warnings.simplefilter("ignore")  # Its own, about its next version.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

USER, PASSWORD = "relay", "correct horse"


def certificate(folder, name="localhost"):
    """(certificate, key) of a host, signed by itself."""
    paths = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
         "-out", str(paths[0]), "-keyout", str(paths[1])],
        check=True, capture_output=True)
    return paths


class Catcher:
    """Answers come from a list; when it is empty, everything is taken."""

    def __init__(self, port, tls=None, login=True):
        self.got = []      # (envelope from, [to], bytes, encrypted?, signed in?)
        self.answers = []  # One for each DATA: "250 ...", "451 ...", None.
        self.lock = threading.Lock()
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*map(str, tls))
        self.controller = Controller(
            self, hostname="127.0.0.1", port=port, tls_context=context,
            require_starttls=False, auth_required=bool(tls) and login,
            auth_require_tls=True, authenticator=self.authenticate)
        self.controller.start()
        self.port = port

    def authenticate(self, server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (USER.encode(),
                                               PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 there is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            answer = self.answers.pop(0) if self.answers else "250 OK"
            self.got.append((envelope.mail_from, list(envelope.rcpt_tos),
                             envelope.content, session.ssl is not None,
                             session.authenticated))
        if answer is None:
            server.transport.close()
            return "421 gone"
        return answer

    def wait(self, count, seconds=20):
        """The first so many messages, parsed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self.lock:
                if len(self.got) >= count:
                    break
            time.sleep(0.05)
        with self.lock:
            return [email.message_from_bytes(one[2],
                                             policy=email.policy.default)
                    for one in self.got]

    def stop(self):
        self.controller.stop()
