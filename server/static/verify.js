// Verifies a receipt in the browser: nothing is sent anywhere, and no word of
// the server's is believed but the log key that stands in the form.
//
// A receipt is C2SP tlog-proof with the leaf beside it; keys are C2SP
// tlog-policy.  Works from a page of the node and from a saved file.
"use strict";

(() => {
  const words = {
    en: {
      no_crypto: "This browser offers no cryptography here. Open the page over https or as a saved file, or use: terreau receipt verify",
      no_ed25519: "This browser cannot check Ed25519 signatures, so nothing is proved. Use a newer browser, or: terreau receipt verify",
      need_key: "Which log key do you trust? Paste the cooperative’s log key or policy.",
      need_file: "Choose a receipt.",
      cannot_fetch: "The address does not answer. Saved pages verify files only.",
      proved: "This receipt is good.",
      refused: "This receipt proves nothing.",
      told: "The key was told by this site. Compare it with the one you were given on paper or elsewhere.",
      earlier: "It was signed by an earlier key of the log, which signs no more. This site tells that key; compare it with the policy of that year.",
      signed: "The log {origin} has signed a list of {size} entries.",
      cosigned: "{count} independent witnesses have seen the same list: {names}.",
      unwitnessed: "No witness was asked for: that everybody is shown the same list is not proved.",
      included: "Entry {index} of that list is exactly the text below; its last byte counts.",
      accepted: "The log took it in at {accepted}.",
      current: "Today’s list has {size} entries, is signed by the key of the log, and begins with the list of your receipt: nothing of it was removed or changed.",
      current_older: "Today’s list is shorter ({size} entries) than that of your receipt. Keep your receipt: it is evidence.",
      current_bad: "Today’s list does not agree with your receipt: {why} Keep your receipt: it is evidence.",
      current_none: "Today’s list was not compared.",
      not_proved: "Not proved here: that a statement in it is true, that those who signed the entry were in office, and what later entries say about it. terreau audit replays the whole log.",
      entry: "The entry",
      not_receipt: "The file is no receipt: {why}",
      bad_policy: "The log key or policy is malformed: {why}",
      verify: "Verify", result: "Result",
    },
    fr: {
      no_crypto: "Ce navigateur n’offre pas de cryptographie ici. Ouvrez la page en https ou enregistrée dans un fichier, ou employez : terreau receipt verify",
      no_ed25519: "Ce navigateur ne sait pas vérifier les signatures Ed25519 : rien n’est prouvé. Employez un navigateur plus récent, ou : terreau receipt verify",
      need_key: "À quelle clé de registre faites-vous confiance ? Collez la clé ou la politique de la coopérative.",
      need_file: "Choisissez un reçu.",
      cannot_fetch: "L’adresse ne répond pas. Une page enregistrée ne vérifie que des fichiers.",
      proved: "Ce reçu est bon.",
      refused: "Ce reçu ne prouve rien.",
      told: "La clé vient de ce site. Comparez-la avec celle que vous avez reçue sur papier ou ailleurs.",
      earlier: "Il est signé par une ancienne clé du registre, qui ne signe plus. Ce site indique cette clé ; comparez-la avec la politique de l’année du reçu.",
      signed: "Le registre {origin} a signé une liste de {size} écritures.",
      cosigned: "{count} témoins indépendants ont vu la même liste : {names}.",
      unwitnessed: "Aucun témoin n’était demandé : il n’est pas prouvé que tout le monde voie la même liste.",
      included: "L’écriture {index} de cette liste est exactement le texte ci-dessous, à l’octet près.",
      accepted: "Le registre l’a reçue le {accepted}.",
      current: "La liste d’aujourd’hui a {size} écritures, est signée par la clé du registre et commence par celle de votre reçu : rien n’en a été retiré ni changé.",
      current_older: "La liste d’aujourd’hui est plus courte ({size} écritures) que celle de votre reçu. Gardez votre reçu : c’est une preuve.",
      current_bad: "La liste d’aujourd’hui ne concorde pas avec votre reçu : {why} Gardez votre reçu : c’est une preuve.",
      current_none: "La liste d’aujourd’hui n’a pas été comparée.",
      not_proved: "Ce qui n’est pas prouvé ici : que ce qui y est déclaré soit vrai, que les signataires aient été en fonction, et ce que des écritures ultérieures en disent. terreau audit rejoue tout le registre.",
      entry: "L’écriture",
      not_receipt: "Le fichier n’est pas un reçu : {why}",
      bad_policy: "La clé ou la politique est mal formée : {why}",
      verify: "Vérifier", result: "Résultat",
    },
  };

  // Why something proves nothing; {} stands for a value.
  const reasons = {
    "bad base64":
      "le base64 est malformé",
    "a number is malformed":
      "un nombre est malformé",
    "a control character":
      "il contient un caractère de commande",
    "no signature":
      "il n’a pas de signature",
    "too many signatures":
      "il a trop de signatures",
    "a signature line is malformed":
      "une ligne de signature est malformée",
    "a signature is too short":
      "une signature est trop courte",
    "a key is malformed":
      "une clé est malformée",
    "a key is of another type":
      "une clé est d’un autre type",
    "the ID of a key is not its own":
      "l’identifiant d’une clé n’est pas le sien",
    "the name {} is not free":
      "le nom {} n’est pas libre",
    "{} cannot be a member":
      "{} ne peut pas être membre",
    "a group is too small":
      "un groupe est trop petit",
    "the quorum is not defined":
      "le quorum n’est pas défini",
    "what is “{}”?":
      "que veut dire « {} » ?",
    "it names no log":
      "elle ne nomme aucun registre",
    "it names no quorum":
      "elle ne nomme aucun quorum",
    "a cosignature is malformed":
      "une cosignature est malformée",
    "the signature by {} is wrong":
      "la signature de {} est fausse",
    "the checkpoint is malformed":
      "le point de contrôle est malformé",
    "the key is not that of the log {}":
      "la clé n’est pas celle du registre {}",
    "the log has not signed with this key":
      "le registre n’a pas signé avec cette clé",
    "not enough witnesses have cosigned":
      "trop peu de témoins ont cosigné",
    "its first line":
      "sa première ligne",
    "it has no index":
      "il n’a pas de numéro d’écriture",
    "it is cut off":
      "il est coupé",
    "a hash is malformed":
      "une empreinte est malformée",
    "it has no leaf":
      "il n’a pas d’écriture",
    "its leaf is empty":
      "son écriture est vide",
    "the leaf is no entry of a ledger":
      "ce n’est pas une écriture d’un registre",
    "the entry is of another ledger":
      "l’écriture est d’un autre registre",
    "{} does not answer":
      "{} ne répond pas",
    "a tile is malformed":
      "une tuile est malformée",
    "its tiles hash to another root.":
      "ses tuiles donnent une autre racine.",
    "the beginning of today’s list hashes to another root.":
      "le début de la liste d’aujourd’hui donne une autre racine.",
    "today’s tiles contradict one another.":
      "les tuiles d’aujourd’hui se contredisent.",
    "it is another log.":
      "c’est un autre registre.",
    "another root was signed for the same size.":
      "une autre racine a été signée pour la même taille.",
    "the entry is not in the list that was signed":
      "l’écriture n’est pas dans la liste signée",
  };

  const fail = (why, value = "") => {
    throw Object.assign(
      new Error(why.replace("{}", () => value)), { why, value });
  };

  // ---- Bytes: strings here have one character for each byte ----

  const binary = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 4096)
      text += String.fromCharCode(...bytes.subarray(at, at + 4096));
    return text;
  };
  const bytesOf = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const utf8 = (text) =>
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytesOf(text));
  const unbase64 = (text) => {
    let out;
    try { out = atob(text); } catch { fail("bad base64"); }
    if (btoa(out) !== text) fail("bad base64");
    return out;
  };
  const decimal = (text) => {
    if (!/^(0|[1-9][0-9]{0,15})$/.test(text) ||
        !Number.isSafeInteger(Number(text)))
      fail("a number is malformed");
    return Number(text);
  };
  const half = (n) => Math.floor(n / 2);

  const sha256 = async (text) =>
    binary(new Uint8Array(
      await crypto.subtle.digest("SHA-256", bytesOf(text))));
  const leafHash = (leaf) => sha256("\x00" + leaf);
  const nodeHash = (left, right) => sha256("\x01" + left + right);

  const checkSignature = async (key, text, signature) => {
    let imported;
    try {
      imported = await crypto.subtle.importKey(
        "raw", bytesOf(key), { name: "Ed25519" }, false, ["verify"]);
    } catch (error) {
      if (error.name === "NotSupportedError") fail("no_ed25519");
      return false;
    }
    return crypto.subtle.verify(
      { name: "Ed25519" }, imported, bytesOf(signature), bytesOf(text));
  };

  // ---- Signed notes, keys, policies ----

  const dash = "\xe2\x80\x94 ";

  const parseNote = (note) => {
    if (/[\x00-\x09\x0b-\x1f]/.test(note)) fail("a control character");
    utf8(note);
    const at = note.lastIndexOf("\n\n");
    if (at < 0 || !note.endsWith("\n")) fail("no signature");
    const lines = note.slice(at + 2, -1).split("\n");
    if (lines.length > 100) fail("too many signatures");
    return { text: note.slice(0, at + 1), lines: lines.map((line) => {
      if (!line.startsWith(dash)) fail("a signature line is malformed");
      const [name, blob, more] = line.slice(dash.length).split(" ");
      if (!name || !blob || more !== undefined)
        fail("a signature line is malformed");
      const raw = unbase64(blob);
      if (raw.length < 5) fail("a signature is too short");
      return { name, id: raw.slice(0, 4), signature: raw.slice(4) };
    }) };
  };

  const parseKey = async (vkey, type) => {
    const found = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey);
    if (!found) fail("a key is malformed");
    const [, name, id, blob] = found;
    const raw = unbase64(blob);
    if (raw.length !== 33 || raw.charCodeAt(0) !== type)
      fail("a key is of another type");
    const hash = (await sha256(`${name}\n${raw}`)).slice(0, 4);
    const hex = [...hash].map((c) =>
      c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
    if (hex !== id) fail("the ID of a key is not its own");
    return { name, id: hash, key: raw.slice(1), type };
  };

  // A policy's lines, or a log key alone.
  const parsePolicy = async (text) => {
    const policy = { logs: [], nodes: new Map(), quorum: undefined };
    const define = (name, node) => {
      if (!name || name === "none" || policy.nodes.has(name))
        fail("the name {} is not free", name);
      policy.nodes.set(name, node);
    };
    if (/^\S+\+[0-9a-f]{8}\+\S+\s*$/.test(text))
      text = `log ${text.trim()}\nquorum none`;
    for (const line of text.split("\n")) {
      const [word, ...rest] = line.split(/[ \t\r]+/).filter((part) => part);
      if (!word || word.startsWith("#")) continue;
      if (word === "log" && rest.length >= 1 && rest.length <= 2) {
        policy.logs.push(await parseKey(rest[0], 1));
      } else if (word === "witness" && rest.length >= 2 && rest.length <= 3) {
        define(rest[0], { vkey: await parseKey(rest[1], 4) });
      } else if (word === "group" && rest.length >= 3) {
        const members = rest.slice(2);
        for (const member of members) {
          const node = policy.nodes.get(member);
          if (!node || node.taken) fail("{} cannot be a member", member);
          node.taken = true;
        }
        const needed = rest[1] === "all" ? members.length
          : rest[1] === "any" ? 1 : decimal(rest[1]);
        if (needed < 1 || needed > members.length) fail("a group is too small");
        define(rest[0], { members, needed });
      } else if (word === "quorum" && rest.length === 1 &&
                 policy.quorum === undefined) {
        if (rest[0] !== "none" && !policy.nodes.has(rest[0]))
          fail("the quorum is not defined");
        policy.quorum = rest[0];
      } else {
        fail("what is “{}”?", line.slice(0, 40));
      }
    }
    if (policy.logs.length === 0) fail("it names no log");
    if (policy.quorum === undefined) fail("it names no quorum");
    return policy;
  };

  // Every line by the key is right; false: there is none.
  const opens = async (note, vkey) => {
    let found = false;
    for (const line of note.lines) {
      if (line.name !== vkey.name || line.id !== vkey.id) continue;
      let { signature } = line;
      let { text } = note;
      if (vkey.type === 4) {
        if (signature.length !== 72) fail("a cosignature is malformed");
        const time = [...signature.slice(0, 8)].reduce(
          (sum, c) => sum * 256n + BigInt(c.charCodeAt(0)), 0n);
        text = `cosignature/v1\ntime ${time}\n${text}`;
        signature = signature.slice(8);
      }
      if (signature.length !== 64 ||
          !await checkSignature(vkey.key, text, signature))
        fail("the signature by {} is wrong", vkey.name);
      found = true;
    }
    return found;
  };

  const parseCheckpoint = (text) => {
    const [origin, size, root] = text.split("\n");
    if (!origin || root === undefined) fail("the checkpoint is malformed");
    const hash = unbase64(root);
    if (hash.length !== 32) fail("the checkpoint is malformed");
    return { origin, size: decimal(size), root: hash };
  };

  // What a note proves under a policy: checkpoint and who cosigned it.
  const openCheckpoint = async (bytes, policy) => {
    const note = parseNote(bytes);
    const checkpoint = parseCheckpoint(note.text);
    let signed = false;
    for (const log of policy.logs)
      if (await opens(note, log) && log.name === checkpoint.origin)
        signed = true;
    if (!policy.logs.some((log) => log.name === checkpoint.origin))
      fail("the key is not that of the log {}", checkpoint.origin);
    if (!signed) fail("the log has not signed with this key");
    const content = new Map();
    const names = [];
    for (const [name, node] of policy.nodes) {
      if (node.vkey) {
        content.set(name, await opens(note, node.vkey));
        if (content.get(name)) names.push(node.vkey.name);
      } else {
        content.set(name, node.members.filter(
          (member) => content.get(member)).length >= node.needed);
      }
    }
    if (policy.quorum !== "none" && !content.get(policy.quorum))
      fail("not enough witnesses have cosigned");
    return { ...checkpoint, names };
  };

  // ---- Receipts and proofs (RFC 6962) ----

  const parseReceipt = (text) => {
    const lines = text.split("\n");
    const receipt = { proof: [] };
    let at = 0;
    if (lines[at++] !== "c2sp.org/tlog-proof@v1") fail("its first line");
    if (lines[at] !== undefined && lines[at].startsWith("extra "))
      unbase64(lines[at++].slice(6));
    if (lines[at] === undefined || !lines[at].startsWith("index "))
      fail("it has no index");
    receipt.index = decimal(lines[at++].slice(6));
    for (; lines[at] !== ""; at++) {
      if (lines[at] === undefined || receipt.proof.length === 64)
        fail("it is cut off");
      const hash = unbase64(lines[at]);
      if (hash.length !== 32) fail("a hash is malformed");
      receipt.proof.push(hash);
    }
    const rest = lines.slice(at + 1).join("\n");
    const divider = rest.indexOf("\n--- leaf\n");
    if (divider < 0) fail("it has no leaf");
    receipt.checkpoint = rest.slice(0, divider + 1);
    receipt.leaf = rest.slice(divider + 10);
    if (!receipt.leaf) fail("its leaf is empty");
    return receipt;
  };

  const isIncluded = async (receipt, { size, root }) => {
    if (receipt.index >= size) return false;
    let fn = receipt.index, sn = size - 1;
    let hash = await leafHash(receipt.leaf);
    for (const other of receipt.proof) {
      if (sn === 0) return false;
      if (fn % 2 === 1 || fn === sn) {
        hash = await nodeHash(other, hash);
        while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); }
      } else {
        hash = await nodeHash(hash, other);
      }
      fn = half(fn);
      sn = half(sn);
    }
    return sn === 0 && hash === root;
  };

  const parseLeaf = (leaf, origin) => {
    const [first, header, of, json] = utf8(leaf).split("\n");
    const accepted = /^terreau\/leaf\/v1 (\S+)$/.exec(first ?? "");
    if (!accepted || header !== "terreau/entry/v1")
      fail("the leaf is no entry of a ledger");
    if (of !== origin) fail("the entry is of another ledger");
    return { accepted: accepted[1], json };
  };

  // ---- Today's log, out of its tiles ----

  const fetched = async (url) => {
    const reply = await fetch(url, { cache: "no-store", credentials: "omit" });
    if (!reply.ok) fail("{} does not answer", `${url} (${reply.status})`);
    return binary(new Uint8Array(await reply.arrayBuffer()));
  };

  // The hash of the 2^height leaves from number * 2^height on.
  const nodeOfTiles = (home, size) => async (height, number) => {
    const level = Math.floor(height / 8), inside = height % 8;
    const first = number * 2 ** inside, tile = Math.floor(first / 256);
    const width = Math.min(
      256, Math.floor(size / 256 ** level) - tile * 256);
    let name = String(tile % 1000).padStart(3, "0");
    for (let n = Math.floor(tile / 1000); n > 0; n = Math.floor(n / 1000))
      name = `x${String(n % 1000).padStart(3, "0")}/${name}`;
    const bytes = await fetched(
      `${home}/tile/${level}/${name}${width < 256 ? `.p/${width}` : ""}`);
    if (bytes.length !== width * 32) fail("a tile is malformed");
    let hashes = [];
    for (let i = 0; i < 2 ** inside; i++)
      hashes.push(bytes.substr((first % 256 + i) * 32, 32));
    for (; hashes.length > 1; hashes = await Promise.all(
      hashes.filter((_, i) => i % 2 === 0).map(
        (hash, i) => nodeHash(hash, hashes[2 * i + 1]))));
    return hashes[0];
  };

  // Root of the leaves [from, to), where from is a multiple of the power of
  // two that splits; each complete subtree comes out of the tiles.
  const rootOf = async (node, from, to) => {
    const size = to - from;
    let height = 0;
    while (2 ** (height + 1) <= size) height++;
    if (2 ** height === size) return node(height, from / size);
    return nodeHash(await node(height, from / 2 ** height),
      await rootOf(node, from + 2 ** height, to));
  };

  // Do these tiles make both roots?  Then the larger tree has the smaller one
  // as its beginning, for the leaves of both are the same ones.
  const compareLists = async (home, before, now) => {
    const cache = new Map();
    const tiles = nodeOfTiles(home, now.size);
    const node = (height, number) => {
      const name = `${height}.${number}`;
      if (!cache.has(name)) cache.set(name, tiles(height, number));
      return cache.get(name);
    };
    if (await rootOf(node, 0, now.size) !== now.root)
      fail("its tiles hash to another root.");
    if (await rootOf(node, 0, before.size) !== before.root)
      fail("the beginning of today’s list hashes to another root.");
    // The subtrees of the smaller list must be the very ones of the larger.
    await checkShared(node, before.size, now.size);
  };

  // Complete subtrees of the smaller list, folded up to those of the larger.
  const checkShared = async (node, small, large) => {
    let from = 0;
    for (let height = 52; height >= 0; height--) {
      const step = 2 ** height;
      if (Math.floor(small / step) % 2 === 0) continue;
      let up = height, number = from / step;
      let hash = await node(height, number);
      while ((half(number) + 1) * 2 ** (up + 1) <= large) {
        const sibling = await node(up, number % 2 ? number - 1 : number + 1);
        hash = number % 2 ? await nodeHash(sibling, hash)
          : await nodeHash(hash, sibling);
        number = half(number);
        up++;
        if (await node(up, number) !== hash)
          fail("today’s tiles contradict one another.");
      }
      from += step;
    }
  };

  const checkToday = async (ledger, policy, before) => {
    const home = `/${ledger}`;
    const now = await openCheckpoint(
      await fetched(`${home}/checkpoint`), policy);
    if (now.origin !== before.origin) fail("it is another log.");
    if (now.size < before.size) return { older: true, size: now.size };
    if (now.size === before.size && now.root !== before.root)
      fail("another root was signed for the same size.");
    await compareLists(home, before, now);
    return { size: now.size };
  };

  // ---- The page ----

  const start = (box) => {
    const language = box.dataset.lang === "fr" ? "fr" : "en";
    const say = (name, values = {}) => words[language][name].replace(
      /\{(\w+)\}/g, (_, value) => values[value]);
    const explain = ({ why, value, message }) =>
      words[language][why] ?? (language === "fr" && reasons[why]
        ? reasons[why].replace("{}", () => value) : message);
    const form = box.querySelector("form");
    const file = form.querySelector("input[type=file]");
    const key = form.querySelector("textarea");
    const out = box.querySelector("[role=status]");
    const ledgers = [...box.querySelectorAll("[data-origin]")];
    let told = "";

    const show = (verdict, good, lines, entry) => {
      const parts = [];
      const title = document.createElement("p");
      title.className = good ? "verdict good" : "verdict bad";
      const strong = document.createElement("strong");
      strong.textContent = `${good ? "✓" : "✗"} ${verdict}`;
      title.append(strong);
      parts.push(title);
      const list = document.createElement("ul");
      for (const line of lines) {
        const item = document.createElement("li");
        item.textContent = line;
        list.append(item);
      }
      if (lines.length > 0) parts.push(list);
      if (entry !== undefined) {
        const name = document.createElement("h2");
        name.textContent = say("entry");
        const text = document.createElement("pre");
        text.tabIndex = 0;
        text.textContent = entry;
        parts.push(name, text);
      }
      out.replaceChildren(...parts);
    };

    const findPolicy = async (origin) => {
      if (key.value.trim() !== "" && key.value !== told) return key.value;
      const known = ledgers.find((one) => one.dataset.origin === origin);
      if (!known) return fail("need_key");
      try {
        told = utf8(await fetched(`/${known.dataset.name}/policy`));
      } catch {
        const vkey = known.querySelector("[data-vkey]:not([data-retired])");
        told = vkey?.dataset.vkey ?? fail("need_key");
      }
      key.value = told;
      return told;
    };

    // A key that signed this checkpoint and signs no more, as the site tells;
    // undefined if one of the policy's has signed it, or no retired one has.
    const findEarlier = async (bytes, policy) => {
      const note = parseNote(bytes);
      const origin = note.text.split("\n")[0];
      const signs = (log) => note.lines.some(
        (line) => line.name === log.name && line.id === log.id);
      if (policy.logs.some(signs)) return undefined;
      for (const one of ledgers
        .filter((ledger) => ledger.dataset.origin === origin)
        .flatMap((ledger) => [...ledger.querySelectorAll("[data-retired]")])) {
        const earlier = await parsePolicy(one.dataset.vkey);
        if (earlier.logs.some(signs)) return earlier;
      }
      return undefined;
    };

    const today = async (policy, proved) => {
      const known = ledgers.find(
        (one) => one.dataset.origin === proved.origin);
      if (!known || location.protocol === "file:")
        return [true, say("current_none")];
      try {
        const now = await checkToday(known.dataset.name, policy, proved);
        return now.older ? [false, say("current_older", now)]
          : [true, say("current", now)];
      } catch (error) {
        if (error instanceof TypeError) return [true, say("current_none")];
        return [false, say("current_bad", { why: explain(error) })];
      }
    };

    const judge = async (bytes) => {
      let receipt, policy;
      try {
        receipt = parseReceipt(bytes);
      } catch (error) {
        return show(say("refused"), false,
          [say("not_receipt", { why: explain(error) })]);
      }
      const text = await findPolicy(receipt.checkpoint.split("\n")[0]);
      try {
        policy = await parsePolicy(text);
      } catch (error) {
        return show(say("refused"), false,
          [say("bad_policy", { why: explain(error) })]);
      }
      const earlier = text === told
        ? await findEarlier(receipt.checkpoint, policy) : undefined;
      const proved = await openCheckpoint(
        receipt.checkpoint, earlier ?? policy);
      if (!await isIncluded(receipt, proved))
        fail("the entry is not in the list that was signed");
      const leaf = parseLeaf(receipt.leaf, proved.origin);
      const [agrees, current] = await today(policy, proved);
      return show(agrees ? say("proved") : say("refused"), agrees, [
        say("signed", proved),
        proved.names.length > 0
          ? say("cosigned", { count: proved.names.length,
            names: proved.names.join(", ") })
          : say("unwitnessed"),
        say("included", receipt), say("accepted", leaf), current,
        ...(earlier ? [say("earlier")] : text === told ? [say("told")] : []),
        say("not_proved"),
      ], utf8(receipt.leaf));
    };

    const run = async (load) => {
      try {
        if (!globalThis.crypto?.subtle) fail("no_crypto");
        await judge(await load());
      } catch (error) {
        show(say("refused"), false, [explain(error)]);
      }
    };

    const verifyFile = () => run(async () => {
      if (file.files.length === 0) fail("need_file");
      return binary(new Uint8Array(await file.files[0].arrayBuffer()));
    });

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      verifyFile();
    });
    box.hidden = false;
    if (box.dataset.receipt)
      run(() => fetched(box.dataset.receipt)
        .catch(() => fail("cannot_fetch")));
  };

  for (const box of document.querySelectorAll("[data-verify]")) start(box);

  // What other scripts of this site check with.
  globalThis.terreau = { fail, binary, utf8, leafHash, nodeHash, parsePolicy,
    openCheckpoint, parseLeaf, fetched };
})();
