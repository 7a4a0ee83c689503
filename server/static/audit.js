// Checks a whole log in the browser: every entry is fetched, the root is
// computed from them and compared with the state that the log and its
// witnesses have signed; and with what this browser saw the last time.
//
// What needs keys of people or the rules of the ledger is not done here and
// not claimed: terreau audit does it.  The checks themselves are verify.js's.
"use strict";

(() => {
  const { fail, binary, utf8, leafHash, nodeHash, parsePolicy, openCheckpoint,
    parseLeaf, fetched } = globalThis.terreau;

  const words = {
    en: {
      checking: "Checking… {done} of {size} entries.",
      stopped: "Stopped after {done} of {size} entries. Nothing was found so far, and nothing is proved.",
      good: "The log is whole.",
      bad: "This log does not add up.",
      bad_advice: "Do not pay, keep what you have, and tell the cooperative and its witnesses.",
      root: "All {size} entries were fetched; together they make exactly the root that the log has signed. None is missing, added or changed.",
      witnessed: "{count} independent witnesses have signed the same state: {names}.",
      unwitnessed: "No witness was asked for: that everybody is shown the same log is not proved.",
      unmet: "Not enough witnesses have signed this state yet: that everybody is shown the same log is not proved.",
      order: "Each entry is of this cooperative, and none is older than the one before it.",
      before: "This browser last saw {size} entries. They are all still there, unchanged.",
      first: "This browser has not checked this log before. It remembers size and root, so that a later check can tell whether anything was removed or changed since.",
      not_remembered: "This browser cannot remember what it saw.",
      told: "The log’s key was told by this site. Compare it with the one you were given elsewhere: {keys}",
      not_proved: "Not proved here: who signed each entry, that the rules of the statutes were kept, and the sums. terreau audit replays all of that.",
      no_crypto: "This browser offers no cryptography here. Open the page over https, or use: terreau audit",
      no_ed25519: "This browser cannot check Ed25519 signatures, so nothing is proved. Use a newer browser, or: terreau audit",
      cannot_fetch: "The log could not be fetched: {why}. Nothing is proved; try again.",
      shorter: "This browser has seen {before} entries, and now there are {size}: entries were removed.",
      changed: "The first {size} entries are not those that this browser saw before.",
      wrong_root: "The entries make another root than the one that was signed.",
      bundle: "Bundle {number} of entries is malformed.",
      time: "Entry {index} is older than the one before it.",
      entry: "Entry {index}: {why}",
    },
    fr: {
      checking: "Vérification… {done} écritures sur {size}.",
      stopped: "Arrêté après {done} écritures sur {size}. Rien n’a été trouvé jusque-là, et rien n’est prouvé.",
      good: "Le journal est entier.",
      bad: "Ce journal ne se recoupe pas.",
      bad_advice: "Ne payez pas, gardez ce que vous avez, et prévenez la coopérative et ses témoins.",
      root: "Les {size} écritures ont été lues ; ensemble elles donnent exactement la racine que le journal a signée. Aucune ne manque, n’a été ajoutée ni changée.",
      witnessed: "{count} témoins indépendants ont signé le même état : {names}.",
      unwitnessed: "Aucun témoin n’était demandé : il n’est pas prouvé que tout le monde voie le même journal.",
      unmet: "Trop peu de témoins ont encore signé cet état : il n’est pas prouvé que tout le monde voie le même journal.",
      order: "Chaque écriture est de cette coopérative, et aucune n’est plus ancienne que la précédente.",
      before: "Ce navigateur avait vu {size} écritures la dernière fois. Elles y sont toutes, inchangées.",
      first: "Ce navigateur n’avait pas encore vérifié ce journal. Il retient sa taille et sa racine : une prochaine vérification dira si quelque chose a été retiré ou changé depuis.",
      not_remembered: "Ce navigateur ne peut pas retenir ce qu’il a vu.",
      told: "La clé du journal vient de ce site. Comparez-la avec celle que vous avez reçue ailleurs : {keys}",
      not_proved: "Ce qui n’est pas prouvé ici : qui a signé chaque écriture, que les règles des statuts aient été suivies, et les sommes. terreau audit rejoue tout cela.",
      no_crypto: "Ce navigateur n’offre pas de cryptographie ici. Ouvrez la page en https, ou employez : terreau audit",
      no_ed25519: "Ce navigateur ne sait pas vérifier les signatures Ed25519 : rien n’est prouvé. Employez un navigateur plus récent, ou : terreau audit",
      cannot_fetch: "Le journal n’a pas pu être lu : {why}. Rien n’est prouvé ; réessayez.",
      shorter: "Ce navigateur a vu {before} écritures, et il n’y en a plus que {size} : des écritures ont été retirées.",
      changed: "Les {size} premières écritures ne sont pas celles que ce navigateur avait vues.",
      wrong_root: "Les écritures donnent une autre racine que celle qui a été signée.",
      bundle: "Le paquet {number} d’écritures est mal formé.",
      time: "L’écriture {index} est plus ancienne que la précédente.",
      entry: "Écriture {index} : {why}",
    },
  };

  const BUNDLE = 256;

  // A finding against the log, unlike a network that does not answer.
  class Finding extends Error {
    constructor(name, values = {}) {
      super(name);
      this.values = values;
    }
  }

  // ---- A tree that grows: the roots of its complete subtrees ----

  const grown = () => {
    const peaks = []; // Of falling height.
    let size = 0;
    return {
      size: () => size,
      async add(hash) {
        let height = 0;
        while (peaks.length > 0 && peaks.at(-1).height === height) {
          hash = await nodeHash(peaks.pop().hash, hash);
          height++;
        }
        peaks.push({ height, hash });
        size++;
      },
      async root() {
        let root = peaks.at(-1)?.hash;
        for (let i = peaks.length - 2; i >= 0; i--)
          root = await nodeHash(peaks[i].hash, root);
        return root;
      },
    };
  };

  // ---- Entry bundles (C2SP tlog-tiles) ----

  const bundleName = (number, width) => {
    let name = String(number % 1000).padStart(3, "0");
    for (let n = Math.floor(number / 1000); n > 0; n = Math.floor(n / 1000))
      name = `x${String(n % 1000).padStart(3, "0")}/${name}`;
    return `entries/${name}${width < BUNDLE ? `.p/${width}` : ""}`;
  };

  const fetchBundle = async (home, number, size) => {
    const width = Math.min(BUNDLE, size - number * BUNDLE);
    const bytes = await fetched(`${home}/tile/${bundleName(number, width)}`);
    const leaves = [];
    let at = 0;
    while (at + 2 <= bytes.length) {
      const length = bytes.charCodeAt(at) * 256 + bytes.charCodeAt(at + 1);
      leaves.push(bytes.substr(at + 2, length));
      at += 2 + length;
    }
    if (at !== bytes.length || leaves.length !== width)
      throw new Finding("bundle", { number });
    return leaves;
  };

  // ---- What this browser saw before ----

  const memory = (origin) => {
    const name = `terreau.seen.${origin}`;
    return {
      read() {
        try {
          const seen = JSON.parse(localStorage.getItem(name));
          return Number.isSafeInteger(seen?.size) && seen.size > 0 ? seen
            : undefined;
        } catch { return undefined; }
      },
      write(size, root) {
        try {
          localStorage.setItem(name, JSON.stringify({ size, root }));
          return true;
        } catch { return false; }
      },
    };
  };

  // ---- The check ----

  // The checkpoint, and whether the witnesses of the policy have seen it.
  const openHead = async (home, policy) => {
    const note = await fetched(`${home}/checkpoint`);
    try {
      return { ...await openCheckpoint(note, policy), met: true };
    } catch (error) {
      if (error.message !== "not enough witnesses have cosigned") throw error;
      return { ...await openCheckpoint(note, { ...policy, quorum: "none" }),
        met: false };
    }
  };

  const readLeaf = (leaf, origin, index, before) => {
    let accepted;
    try {
      ({ accepted } = parseLeaf(leaf, origin));
    } catch (error) {
      throw new Finding("entry", { index, why: error.message });
    }
    if (accepted < before) throw new Finding("time", { index });
    return accepted;
  };

  // The root of all leaves; and, on the way, of as many as were seen before.
  const readLog = async (home, head, seen, goes) => {
    const tree = grown();
    let accepted = "", next = fetchBundle(home, 0, head.size);
    for (let number = 0; number * BUNDLE < head.size; number++) {
      const leaves = await next;
      if ((number + 1) * BUNDLE < head.size) {
        next = fetchBundle(home, number + 1, head.size);
        next.catch(() => undefined); // Awaited in its turn.
      }
      const hashes = await Promise.all(leaves.map(leafHash));
      for (const [i, hash] of hashes.entries()) {
        accepted = readLeaf(leaves[i], head.origin, tree.size(), accepted);
        await tree.add(hash);
        if (tree.size() === seen?.size && btoa(await tree.root()) !== seen.root)
          throw new Finding("changed", seen);
      }
      if (!goes(tree.size())) return undefined;
    }
    return tree.root();
  };

  const checkLog = async (box, goes) => {
    const { home, origin } = box.dataset;
    const text = utf8(await fetched(`${home}/policy`));
    const policy = await parsePolicy(text);
    const head = await openHead(home, policy);
    if (head.origin !== origin) fail("it is another log");
    const past = memory(origin), seen = past.read();
    if (seen && seen.size > head.size)
      throw new Finding("shorter", { before: seen.size, size: head.size });
    const root = await readLog(home, head, seen, (done) => goes(done, head));
    if (root === undefined) return undefined;
    if (root !== head.root) throw new Finding("wrong_root");
    const keys = text.split("\n").filter((line) => line.startsWith("log "))
      .map((line) => line.split(" ")[1]).join(", ");
    return { ...head, seen, keys, kept: past.write(head.size, btoa(root)),
      quorum: policy.quorum };
  };

  // ---- The page ----

  const startBox = (box) => {
    const language = box.dataset.lang === "fr" ? "fr" : "en";
    const begin = box.querySelector("[data-start]");
    const stop = box.querySelector("[data-stop]");
    const bar = box.querySelector("progress");
    const out = box.querySelector("[role=status]");
    const number = new Intl.NumberFormat(language);
    const say = (name, values = {}) => (words[language][name] ?? name).replace(
      /\{(\w+)\}/g, (_, key) => typeof values[key] === "number"
        ? number.format(values[key]) : values[key]);
    let stopped;

    const show = (verdict, good, lines) => {
      const title = document.createElement("p");
      const strong = document.createElement("strong");
      const list = document.createElement("ul");
      title.className = good ? "verdict good" : "verdict bad";
      strong.textContent = `${good ? "✓" : "✗"} ${verdict}`;
      title.append(strong);
      for (const line of lines) {
        const item = document.createElement("li");
        item.textContent = line;
        list.append(item);
      }
      out.replaceChildren(title, list);
    };

    // Told aloud every tenth, not with every bundle.
    const progress = () => {
      let told = -1;
      return (done, { size }) => {
        bar.value = done / size;
        if (Math.floor(done / size * 10) > told) {
          told = Math.floor(done / size * 10);
          out.textContent = say("checking", { done, size });
        }
        if (stopped) out.textContent = say("stopped", { done, size });
        return !stopped;
      };
    };

    const judge = (found) => show(say("good"), true, [
      say("root", found), say("order"),
      found.quorum === "none" ? say("unwitnessed")
        : found.met ? say("witnessed", { count: found.names.length,
          names: found.names.join(", ") }) : say("unmet"),
      found.seen ? say("before", found.seen) : say("first"),
      ...(found.kept ? [] : [say("not_remembered")]),
      say("told", found), say("not_proved"),
    ]);

    const run = async () => {
      stopped = false;
      begin.disabled = true;
      stop.hidden = bar.hidden = false;
      bar.value = 0;
      try {
        if (!globalThis.crypto?.subtle) fail("no_crypto");
        const found = await checkLog(box, progress());
        if (found) judge(found);
      } catch (error) {
        if (error instanceof Finding)
          show(say("bad"), false,
            [say(error.message, error.values), say("bad_advice")]);
        else if (words[language][error.message])
          out.textContent = say(error.message);
        else if (error instanceof TypeError || error.message.startsWith("/"))
          out.textContent = say("cannot_fetch", { why: error.message });
        else
          show(say("bad"), false, [error.message, say("bad_advice")]);
      }
      begin.disabled = false;
      stop.hidden = bar.hidden = true;
    };

    begin.addEventListener("click", run);
    stop.addEventListener("click", () => { stopped = true; });
    box.hidden = false;
  };

  for (const box of document.querySelectorAll("[data-whole]")) startBox(box);
})();
