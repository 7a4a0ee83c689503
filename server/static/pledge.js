// Signs for a citizen with a key that never leaves this browser: a pledge, its
// withdrawal; and makes a new key where one was lost.
//
// The key is Ed25519 by WebCrypto, made once for each ledger, not extractable,
// kept in IndexedDB.  What is signed are the very bytes that the page shows:
// the server composes them for this key, they are put on the page, and the
// button signs what stands there.  Without Ed25519 nothing here appears.
"use strict";

(() => {
  const form = document.getElementById("sign");
  const status = document.getElementById("key-status");

  if (!form || !globalThis.crypto?.subtle || !globalThis.indexedDB) return;

  // ---- The key ----

  const request = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const open = () => {
    const asked = indexedDB.open("terreau", 1);

    asked.onupgradeneeded = () => asked.result.createObjectStore("keys");
    return request(asked);
  };
  const store = async (mode, act) => {
    const base = await open();

    try {
      return await request(act(
        base.transaction("keys", mode).objectStore("keys")));
    } finally {
      base.close();
    }
  };
  const kept = (origin) => store("readonly", (keys) => keys.get(origin));
  const keep = (origin, entry) =>
    store("readwrite", (keys) => keys.put(entry, origin));
  const make = async () => ({
    pair: await crypto.subtle.generateKey(
      { name: "Ed25519" }, false, ["sign", "verify"]),
    party: "",
  });

  const base64url = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const publicKey = async (pair) =>
    base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
  const sign = async (pair, text) =>
    base64url(await crypto.subtle.sign(
      { name: "Ed25519" }, pair.privateKey, new TextEncoder().encode(text)));

  const { origin, texts: address, party: holder, renews } = form.dataset;
  let entry;

  const failed = () => { status.textContent = status.dataset.failed; };
  const reveal = () => {
    const otherwise = document.getElementById("without-key");

    document.getElementById("by-key").hidden = false;
    if (otherwise) otherwise.hidden = true;
  };

  // ---- A pledge: its texts depend on the key ----

  const ask = async () => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({
        key: await publicKey(entry.pair), party: entry.party,
      }),
    });

    return [answer.status, await answer.json()];
  };

  const cell = (name, text, code) => {
    const one = document.createElement(name);
    const inside = code ? one.appendChild(document.createElement("code")) : one;

    inside.textContent = text;
    return one;
  };
  const show = ({ number, text, fields }) => {
    const place = document.getElementById(`text-${number}`);
    const rows = fields.map((field) => {
      const row = document.createElement("tr");
      const head = cell("th", field.name, true);

      head.scope = "row";
      row.append(head, cell("td", field.value, true),
        cell("td", field.meaning, false));
      return row;
    });

    place.querySelector("pre").textContent = text;
    place.querySelector("tbody").replaceChildren(...rows);
  };

  const prepare = async () => {
    let [code, answer] = await ask();

    if (code === 403) { // Revoked: a new key signs from here on.
      entry = await make();
      [code, answer] = await ask();
    }
    if (code !== 200) throw new Error(answer.detail);
    answer.texts.forEach(show);
    entry.party = answer.party;
    await keep(origin, entry);
    form.elements.key.value = await publicKey(entry.pair);
    form.elements.party.value = answer.party;
    document.getElementById("key-known").hidden = !answer.known;
    document.getElementById("key-new").hidden = answer.known;
    reveal();
  };

  const signAll = async () => {
    const shown = document.querySelectorAll("[id^='text-'] pre");

    for (const [number, place] of shown.entries())
      form.elements[`signature_${number}`].value =
        await sign(entry.pair, place.textContent);
    form.elements.key.value = await publicKey(entry.pair);
  };

  // ---- A new key for somebody who has lost theirs ----

  const renew = async () => {
    entry = await make();
    entry.party = renews;
    await keep(origin, entry);
    form.elements.key.value = await publicKey(entry.pair);
  };

  let ready = false;
  form.addEventListener("submit", async (event) => {
    if (ready) return;
    event.preventDefault();
    try {
      await (renews ? renew() : signAll());
      ready = true;
      form.submit();
    } catch { failed(); }
  });
  document.getElementById("other-key")?.addEventListener("click", async () => {
    try {
      entry = await make();
      await prepare();
    } catch { failed(); }
  });

  (async () => {
    try {
      entry = await kept(origin);
      if (renews) {
        await make(); // Can it?
        reveal();
      } else if (address) {
        entry ??= await make();
        await prepare();
      } else if (entry?.party === holder) {
        form.elements.party.value = holder;
        reveal();
      }
    } catch { /* No Ed25519 here: the other way stands on the page. */ }
  })();
})();
