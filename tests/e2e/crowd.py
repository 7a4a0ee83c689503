#!/usr/bin/python3
"""crowd.py PORT CAMPAIGN NUMBER: pledge with a key until the node is gone.

Prints the id of each pledge whose receipt has come.  Entries are made by the
formats' words alone (tests/api/notes.py).
"""

import http.client
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "api"))
sys.dont_write_bytecode = True
import notes  # noqa: E402

ORIGIN = "terreau.example/velocite"


def send(connection, entry, signer):
    text = notes.entry_text(ORIGIN, notes.canonical(entry))
    connection.request(
        "POST", "/velocite/entries",
        notes.sign(ORIGIN, text, [signer]).encode(),
        {"Content-Type": "text/plain", "Accept": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def main(port, campaign, number):
    who = f"crowd-{number}"
    party = notes.identity("p", who)
    connection = http.client.HTTPConnection("127.0.0.1", int(port))
    send(connection, {
        "auth": "key", "commitment": notes.digest(who),
        "key": notes.key_text(who), "kind": "party.register",
        "nonce": notes.nonce(who), "party": party, "type": "person"}, who)
    for i in range(500):
        pledge = notes.identity("g", f"{who} {i}")
        status = send(connection, {
            "amount": 1000, "campaign": campaign, "kind": "pledge.make",
            "nature": "gift", "nonce": notes.nonce(f"{who} {i}"),
            "on_failure": "refund", "party": party, "pledge": pledge}, who)
        if status != 201:
            return
        print(pledge, flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, http.client.HTTPException):
        pass
