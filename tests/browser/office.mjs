// The officers' side of a browser test: the command line with their keys, and
// the statements that their bank would send.
import { spawn } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const out = resolve(process.env.out ?? "build/debug");

// A folder of keys, and the command line for one ledger of a node.
export async function office(node, ledger) {
  const folder = await mkdtemp(join(tmpdir(), "office-"));
  const passphrase = join(folder, "passphrase");
  const common = ["--config", "/dev/null", "--node", node.base, "--ledger",
    ledger, "--origin", `api.example/${ledger}`, "--quiet", "--yes", "--json",
    "--passphrase-fd", "3"];

  await writeFile(passphrase, "four wheels bad, two wheels good\n");

  // What it prints; throws what it complains about.
  const terreau = (words, input = "") => new Promise((done, broken) => {
    const secret = openSync(passphrase, "r");
    const child = spawn(`${out}/terreau`, [...words, ...common],
      { cwd: folder, stdio: ["pipe", "pipe", "pipe", secret] });
    let said = "", complaint = "";

    closeSync(secret);
    child.stdout.on("data", (data) => { said += data; });
    child.stderr.on("data", (data) => { complaint += data; });
    child.on("close", (status) => status === 0 ? done(said)
      : broken(new Error(`terreau ${words.join(" ")}: ${status} ${complaint}`)));
    child.stdin.end(input);
  });

  // Commands, one after the other; ids follow from their names.
  const play = (commands) => terreau(["batch", "-", "--seed", "seed"], commands);

  // As whoever runs the node does for a new cooperative.
  const { clerk } = JSON.parse(await terreau(["node", "init", "--database",
    node.database, "--migrations", resolve("sql"), "--state-dir",
    dirname(node.mails), "--name", ledger]));

  return { folder, terreau, play, clerk,
    id: async (name) => (await play(`say ${name}\n`)).trim(),
    close: () => rm(folder, { recursive: true }) };
}

const balance = (code, cents, day) =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>` +
  `<Amt Ccy="EUR">${(cents / 100).toFixed(2)}</Amt><CdtDbtInd>CRDT` +
  `</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;

// { cents, reference } comes with its reference in the payer's words;
// { returned } was sent back by their bank, { batch } pays a batch of ours.
const movement = (id, number, day, line) => {
  const details = line.batch ? "" : "<NtryDtls><TxDtls><RmtInf><Ustrd>Merci " +
    `${line.reference} a bientot</Ustrd></RmtInf>` + (line.returned
    ? "<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>" : "") + "</TxDtls></NtryDtls>";
  const batch = line.batch ? "<NtryDtls><Btch><PmtInfId>" +
    `${line.batch}</PmtInfId></Btch></NtryDtls>` : "";

  return `<Ntry><Amt Ccy="EUR">${(Math.abs(line.cents) / 100).toFixed(2)}` +
    `</Amt><CdtDbtInd>${line.cents < 0 ? "DBIT" : "CRDT"}</CdtDbtInd>` +
    `<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt>` +
    `<AcctSvcrRef>${id}-${number}</AcctSvcrRef>${batch}${details}</Ntry>`;
};

// A bank's statement in camt.053.001.08, all of it booked on its last day.
export const statement = (id, opening, from, to, lines) =>
  '<?xml version="1.0" encoding="UTF-8"?><Document ' +
  'xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>' +
  `<Stmt><Id>${id}</Id><FrToDt><FrDtTm>${from}T00:00:00</FrDtTm><ToDtTm>` +
  `${to}T17:00:00</ToDtTm></FrToDt><Acct><Id><IBAN>` +
  "FR7630006000011234567890189</IBAN></Id><Ccy>EUR</Ccy></Acct>" +
  balance("OPBD", opening, from) +
  balance("CLBD", lines.reduce((sum, one) => sum + one.cents, opening), to) +
  lines.map((one, at) => movement(id, at + 1, to, one)).join("") +
  "</Stmt></BkToCstmrStmt></Document>";
