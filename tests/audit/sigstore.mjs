// sigstore.mjs DIR: every receipt in DIR/receipt by @sigstore/verify.
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const dist = require.resolve("@sigstore/verify").replace(/index\.js$/, "");
const { verifyCheckpoint } = require(`${dist}tlog/checkpoint.js`);
const { verifyMerkleInclusion } = require(`${dist}tlog/merkle.js`);

// ---- The glue: our receipt as their entry, our key as their log ----

function entryOf(bytes) {
  const text = bytes.toString("latin1");
  const at = text.indexOf("\n--- leaf\n");
  const [head, ...rest] = text.slice(0, at + 1).split("\n\n");
  const [, index, ...hashes] = head.split("\n");
  return {
    canonicalizedBody: bytes.subarray(at + 10),
    inclusionProof: {
      logIndex: index.slice(6),
      hashes: hashes.map((hash) => Buffer.from(hash, "base64")),
      checkpoint: { envelope: Buffer.from(rest.join("\n\n"), "latin1")
        .toString("utf8") },
    },
  };
}

function logOf(policy) {
  const [name, , blob] = /^log (\S+)/.exec(policy)[1].split(/\+(.{8})\+/);
  const key = Buffer.from(blob, "base64");
  return {
    logID: createHash("sha256").update(`${name}\n`).update(key).digest(),
    baseURL: name,
    publicKey: createPublicKey({ format: "der", type: "spki",
      key: Buffer.concat(
        [Buffer.from("302a300506032b6570032100", "hex"), key.subarray(1)]) }),
  };
}

function accepts(bytes, log) {
  try {
    const entry = entryOf(bytes);
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log]));
    return true;
  } catch {
    return false;
  }
}

// ---- What it says of ours ----

const dir = process.argv[2];
const log = logOf(readFileSync(`${dir}/policy`, "latin1"));
let failed = 0;

function check(name, good) {
  console.log(`${good ? "ok" : "not ok"} ${name}`);
  failed += good ? 0 : 1;
}

for (const name of readdirSync(`${dir}/receipt`)) {
  const bytes = readFileSync(`${dir}/receipt/${name}`);
  const size = entryOf(bytes).inclusionProof.checkpoint.envelope.split("\n")[1];
  check(`@sigstore/verify accepts entry ${name} of ${size}`,
    accepts(bytes, log));
  const leaf = bytes.indexOf("--- leaf\n") + 9;
  const left = [];
  for (let at = leaf; at < bytes.length; at += 11) {
    const flipped = Buffer.from(bytes);
    flipped[at] ^= 1;
    if (accepts(flipped, log)) left.push(at);
  }
  check(`and no other text for entry ${name} of ${size}`, left.length === 0);
}
process.exitCode = failed > 0 ? 1 : 0;
