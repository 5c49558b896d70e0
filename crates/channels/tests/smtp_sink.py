"""SMTP server for tests: smtp_sink.py FOLDER [user password]

Listens on a loopback port (SMTP_SINK_PORT, else a free one) and prints it. Writes each mail to FOLDER/N.eml with the
envelope in N.env. Recipients named nobody@ get 550, later@ 451, slow@ waits a minute.
Ends when its standard input closes.
"""

import asyncio
import os
import pathlib
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0].lower()
        if local == "nobody":
            return "550 5.1.1 no such user"
        if local == "later":
            return "451 4.3.0 try again later"
        if local == "slow":
            await asyncio.sleep(60)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        (self.folder / f"{self.count}.env").write_text(
            "\n".join([envelope.mail_from or "", *envelope.rcpt_tos])
        )
        (self.folder / f"{self.count}.eml").write_bytes(envelope.original_content)
        return f"250 2.0.0 kept as {self.count}"


async def main():
    loop = asyncio.get_running_loop()
    sink = Sink(sys.argv[1])
    options = {}
    if len(sys.argv) > 3:
        wanted = (sys.argv[2].encode(), sys.argv[3].encode())

        def authenticate(server, session, envelope, mechanism, data):
            given = (data.login, data.password)
            return AuthResult(success=given == wanted, handled=False)

        options = {
            "authenticator": authenticate,
            "auth_required": True,
            "auth_require_tls": False,
        }
    server = await loop.create_server(
        lambda: SMTP(sink, hostname="sink.test", data_size_limit=40_000_000, **options),
        "127.0.0.1",
        int(os.environ.get("SMTP_SINK_PORT", "0")),
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
