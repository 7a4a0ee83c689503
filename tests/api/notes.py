"""Entries as signed notes, made by the formats' words alone: canonical JSON,
the entry text, key IDs, signature lines.  Ids, hashes and keys are derived
from words, so that every run makes the same ones."""

import base64
import hashlib

import ed25519


def _digest(what, word, size):
    data = what.encode() + b"\0" + word.encode()
    return hashlib.blake2b(data, digest_size=size).digest()


def _url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def identity(letter, word):
    return f"{letter}-{_url(_digest('id ' + letter, word, 16))}"


def digest(word):
    return _digest("hash", word, 32).hex()


def seed(word):
    return _digest("key", word, 32)


_publics = {}


def public(word):
    if word not in _publics:
        _publics[word] = ed25519.public_key(seed(word))
    return _publics[word]


def key_text(word):
    return _url(public(word))


def word(text):
    """@g:g1, @sha:minutes, @key:ana; anything else is itself."""
    if not text.startswith("@"):
        return text
    kind, _, name = text[1:].partition(":")
    if kind == "sha":
        return digest(name)
    if kind == "key":
        return key_text(name)
    return identity(kind, name)


def resolve(value):
    if isinstance(value, dict):
        return {name: resolve(one) for name, one in value.items()}
    if isinstance(value, list):
        return [resolve(one) for one in value]
    return word(value) if isinstance(value, str) else value


def canonical(value):
    if isinstance(value, dict):
        inside = (f"{canonical(name)}:{canonical(one)}"
                  for name, one in sorted(value.items()))
        return "{" + ",".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def nonce(number):
    return _url(_digest("nonce", str(number), 16))


def _line(origin, text, signer):
    """"ana" signs with her key, "ana:k2" with another, "ana!" wrongly,
    "clerk" as the node."""
    broken = signer.endswith("!")
    name, _, key = signer.rstrip("!").partition(":")
    who = "clerk" if name == "clerk" else identity("p", name)
    owner = f"{origin}/{who}"
    key = key or name
    key_id = hashlib.sha256(
        owner.encode() + b"\n\x01" + public(key)).digest()[:4]
    signature = ed25519.sign(seed(key), text.encode())
    if broken:
        signature = bytes([signature[0] ^ 1]) + signature[1:]
    blob = base64.b64encode(key_id + signature).decode()
    return owner, key_id, f"\u2014 {owner} {blob}\n"


def entry_text(origin, json_text):
    return f"terreau/entry/v1\n{origin}\n{json_text}\n"


def sign(origin, text, signers):
    if not signers:
        return text
    lines = sorted(_line(origin, text, one) for one in signers)
    return text + "\n" + "".join(line for _, _, line in lines)
