// Receipts verified in a real browser: by the page of a node, by a page in a
// folder without any network, and against logs that went on, back or astray.
import { spawn, spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = `${here}../..`;
const out = `${root}/${process.env.out ?? "build/debug"}`;
const grow = existsSync(`${out}/grow`) ? `${out}/grow`
  : `${process.env.out}/grow`;
const axe = await readFile(
  `${here}node_modules/axe-core/axe.min.js`, "utf8");
const work = await mkdtemp(`${tmpdir()}/test_verify.`);
let failed = 0;

function check(name, good, why = "") {
  console.log(`${good ? "ok" : "not ok"} ${name}${good ? "" : `: ${why}`}`);
  failed += good ? 0 : 1;
}

function grown(name, ...words) {
  const { status } = spawnSync(grow, [`${work}/${name}`, ...words]);
  if (status !== 0) throw new Error(`grow ${name}`);
}

async function verdict(page) {
  await page.locator("[data-verify] .verdict:visible").waitFor();
  return page.locator("[data-verify] [role=status]:visible").first()
    .innerText();
}

// Clears what was said, chooses a file, presses the button.
async function verify(page, bytes, policy, section = page) {
  await page.evaluate(() => {
    for (const one of document.querySelectorAll("[role=status]"))
      one.replaceChildren();
  });
  if (policy !== undefined)
    await section.locator("textarea").first().fill(policy);
  await section.locator("input[type=file]").first().setInputFiles(
    { name: "r.terreau", mimeType: "text/plain", buffer: bytes });
  await section.locator("button").first().click();
  return verdict(page);
}

const good = (text) => /Ce reçu est bon|This receipt is good/.test(text);
const bad = (text) => /Ce reçu ne prouve rien|This receipt proves nothing/
  .test(text);

// ---- A page in a folder ----

async function offline(browser) {
  const folder = `${work}/page`;
  for (const name of ["verify-offline.html", "verify.js", "terreau.css",
    "vollkorn-600.woff2"])
    await cp(`${root}/server/static/${name}`, `${folder}/${name}`);
  const page = await browser.newPage({ offline: true });
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(pathToFileURL(`${folder}/verify-offline.html`).href);
  grown("log", "300", "receipt=7", "receipt=299");
  const receipt = await readFile(`${work}/log/receipt/299`);
  const policy = await readFile(`${work}/log/policy`, "utf8");
  let text = await verify(page, receipt, policy);
  check("a saved page verifies a receipt without network", good(text), text);
  check("it shows the entry", /pledge\.make/.test(text), text);
  check("it says what is not proved", /n’est pas prouvé/.test(text), text);
  check("a log key alone will do",
    good(await verify(page, receipt, policy.split(/\s/)[1])));
  text = await verify(page, receipt, "");
  check("without a key nothing is proved", bad(text) && /clé/.test(text), text);
  text = await verify(page, receipt,
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  check("another log's key does not vouch for it", bad(text), text);
  grown("seen", "300", "receipt=299", "cosigned=1700000000",
    "cosigned=1700000001");
  const seen = await readFile(`${work}/seen/receipt/299`);
  const quorum = await readFile(`${work}/seen/policy`, "utf8");
  text = await verify(page, seen, quorum);
  check("a quorum that is met is told", good(text) && /2 témoins/.test(text),
    text);
  check("witnesses that nobody asks for are passed over",
    good(await verify(page, seen, policy)));
  text = await verify(page, receipt, quorum);
  check("a quorum that is not met proves nothing",
    bad(text) && /trop peu de témoins/.test(text), text);
  const forged = Buffer.from(seen.toString("latin1").replace(
    /(witness\.example\/w1 .{40})(.)/,
    (_, head, one) => head + (one === "A" ? "B" : "A")), "latin1");
  text = await verify(page, forged, quorum);
  check("a wrong cosignature proves nothing",
    bad(text) && /w1 est fausse/.test(text), text);
  const left = [];
  for (let i = 0; i < receipt.length; i += 9) {
    const flipped = Buffer.from(receipt);
    flipped[i] ^= 1 << (i % 8);
    if (!bad(await verify(page, flipped, policy))) left.push(i);
  }
  check("a flipped byte is refused", left.length === 0, left.join(" "));
  text = await verify(page, receipt.subarray(0, receipt.length - 1), policy);
  check("a receipt that is cut off is refused", bad(text), text);
  check("the page is quiet", complaints.length === 0, complaints.join("; "));
  await page.close();
}

// ---- Browsers that lack something ----

async function lacking(browser) {
  const receipt = await readFile(`${work}/log/receipt/7`);
  const policy = await readFile(`${work}/log/policy`, "utf8");
  const page = await browser.newPage();
  await page.addInitScript(() => {
    SubtleCrypto.prototype.importKey = () => Promise.reject(
      new DOMException("no such algorithm", "NotSupportedError"));
  });
  await page.goto(pathToFileURL(`${work}/page/verify-offline.html`).href);
  const text = await verify(page, receipt, policy);
  check("without Ed25519 the page says so",
    bad(text) && /terreau receipt verify/.test(text), text);
  await page.close();
}

// ---- A log that went on, back, or astray ----

// The next key of a log: its vkey, and a checkpoint signed by it alone.
function nextKey(origin) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.concat([Buffer.from([1]),
    publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const id = createHash("sha256").update(`${origin}\n`).update(raw).digest()
    .subarray(0, 4);
  return {
    vkey: `${origin}+${id.toString("hex")}+${raw.toString("base64")}`,
    resign(note) {
      const text = note.subarray(0, note.lastIndexOf("\n\n") + 1);
      const line = Buffer.concat([id, sign(null, text, privateKey)]);
      return `${text}\n— ${origin} ${line.toString("base64")}\n`;
    },
  };
}

async function today(browser) {
  let log = "log";
  let site = "";
  const next = nextKey("log.example/velo");
  const page = await browser.newPage();
  const home = "http://localhost:9";
  await page.route(`${home}/**`, async (route) => {
    const path = new URL(route.request().url()).pathname;
    try {
      const file = path === "/" ? `${work}/page/verify-offline.html`
        : path.startsWith("/velo/") ? `${work}/${log}/${path.slice(6)}`
          : `${work}/page${path}`;
      let body = await readFile(file);
      if (path === "/")
        body = body.toString().replaceAll("</form>", `</form>
          <p data-origin="log.example/velo" data-name="velo">${site}</p>`);
      if (site && path === "/velo/policy")
        body = `log ${next.vkey}\nquorum none\n`;
      if (site && path === "/velo/checkpoint") body = next.resign(body);
      await route.fulfill({ body, contentType: path === "/" ? "text/html"
        : path.endsWith(".js") ? "text/javascript" : undefined });
    } catch {
      await route.fulfill({ status: 404 });
    }
  });
  await page.goto(`${home}/`);
  const receipt = await readFile(`${work}/log/receipt/299`);
  let text = await verify(page, receipt);
  check("the key may come from the site, which is said",
    good(text) && /vient de ce site/.test(text), text);
  for (const size of ["301", "511", "512", "513", "1025"]) {
    grown("more", size);
    log = "more";
    text = await verify(page, receipt);
    check(`a log of ${size} entries goes on from a receipt of 300`,
      good(text) && text.includes(`a ${size} écritures`), text);
    await rm(`${work}/more`, { recursive: true });
    grown("fork", size, "forked=100");
    log = "fork";
    text = await verify(page, receipt);
    check(`a fork of ${size} entries is noticed`,
      bad(text) && /ne concorde pas/.test(text), text);
    await rm(`${work}/fork`, { recursive: true });
  }
  grown("less", "290");
  log = "less";
  text = await verify(page, receipt);
  check("a log that went back is noticed", bad(text) && /plus courte/.test(text),
    text);
  grown("fork", "300", "forked=299");
  log = "fork";
  text = await verify(page, receipt);
  check("a fork of the same size is noticed", bad(text), text);
  const policy = await readFile(`${work}/log/policy`, "utf8");
  const old = /^log (\S+)/m.exec(policy)[1];
  log = "log";
  site = `<code data-vkey="${old}" data-retired></code>`;
  await page.goto(`${home}/`);
  text = await verify(page, receipt);
  check("a receipt of before the log's key changed is good",
    good(text) && /ancienne clé/.test(text) && /aujourd’hui a 300/.test(text),
    text);
  text = await verify(page, receipt,
    `# on paper\nlog ${next.vkey}\nquorum none\n`);
  check("unless the reader asks for the new key", bad(text), text);
  site = " ";
  await page.goto(`${home}/`);
  text = await verify(page, receipt);
  check("or the site tells no such key", bad(text) &&
    /n’a pas signé avec cette clé/.test(text), text);
  await page.close();
}

// ---- The page of a node ----

async function serve(transcript) {
  const server = spawn(`${here}../api/run`,
    ["--serve", `${here}../api/${transcript}`],
    { stdio: ["pipe", "pipe", "inherit"] });
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.startsWith("not ok")) console.log(line);
    if (line.startsWith("serving ")) return [server, line.slice(8)];
  }
  throw new Error("the server did not start");
}

async function node(browser, base) {
  const page = await browser.newPage({ viewport: { width: 320, height: 700 } });
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${base}/pages/entries/1?lang=en`);
  await page.getByRole("link", { name: "Verify in this browser" }).click();
  await page.waitForURL(/\/verify/);
  let text = await verdict(page);
  check("the page of an entry leads to its verification", good(text), text);
  check("the list of today is compared", /d’aujourd’hui a|Today’s list has/
    .test(text), text);
  const receipt = await (await fetch(`${base}/pages/receipt/1`)).arrayBuffer();
  text = await verify(page, Buffer.from(receipt));
  check("a chosen file is verified by the node's page", good(text), text);
  const flipped = Buffer.from(receipt);
  flipped[flipped.length - 20] ^= 1;
  text = await verify(page, flipped);
  check("a flipped byte is refused by the node's page", bad(text), text);
  check("the page breaks no policy of its own", complaints.length === 0,
    complaints.join("; "));
  await page.close();
  for (const language of ["fr", "en"]) {
    const other = await browser.newPage(
      { bypassCSP: true, viewport: { width: 320, height: 700 } });
    await other.goto(`${base}/verify?lang=${language}&ledger=pages&index=0`);
    await verdict(other);
    await other.evaluate(axe);
    const { violations } = await other.evaluate(() => globalThis.axe.run());
    check(`the page passes axe (${language})`, violations.length === 0,
      violations.map((one) => `${one.id}: ${one.nodes[0].html}`).join("; "));
    check(`it needs no sideways scrolling (${language})`,
      await other.evaluate(() => document.documentElement.scrollWidth <=
        document.documentElement.clientWidth));
    await other.close();
  }
  check("a ledger that is not there is not found",
    (await fetch(`${base}/verify?ledger=none&index=0`)).status === 404);
  check("half a question is refused",
    (await fetch(`${base}/verify?ledger=pages`)).status === 400);
}

// ---- A whole log, from the page of an audit ----

async function checkAll(page) {
  await page.locator("[data-start]").click();
  await page.locator("[data-start]:enabled").waitFor();
  return page.locator("[data-whole] [role=status]").innerText();
}

const remember = (page, seen) => page.evaluate((value) => {
  const { origin } = document.querySelector("[data-whole]").dataset;
  localStorage.setItem(`terreau.seen.${origin}`, JSON.stringify(value));
}, seen);

// A log from a folder in place of the node's own.
async function put(page, folder) {
  await page.unrouteAll();
  await page.route(/\/pages\/(checkpoint|policy|tile\/)/, async (route) => {
    const path = new URL(route.request().url()).pathname.slice(7);
    try {
      await route.fulfill({ body: await readFile(`${folder}/${path}`) });
    } catch {
      await route.fulfill({ status: 404 });
    }
  });
  await page.evaluate(() => {
    document.querySelector("[data-whole]").dataset.origin =
      "log.example/velo";
    localStorage.clear();
  });
}

async function whole(browser, base) {
  const page = await browser.newPage({ viewport: { width: 320, height: 700 } });
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${base}/pages/audit?lang=en`);
  const { head } = await (await fetch(`${base}/pages/audit`,
    { headers: { Accept: "application/json" } })).json();
  let text = await checkAll(page);
  check("a browser checks all entries of a node's log",
    text.includes("✓ The log is whole") &&
    text.includes(`All ${head.size} entries`), text);
  check("it says what is not proved", /Not proved here/.test(text) &&
    /told by this site/.test(text) && /No witness was asked for/.test(text),
    text);
  check("the first time there is nothing to compare with",
    /has not checked this log before/.test(text), text);
  text = await checkAll(page);
  check("the second time it is compared with the first",
    text.includes(`last saw ${head.size} entries`), text);
  await remember(page, { size: head.size + 1, root: "" });
  text = await checkAll(page);
  check("entries that were removed since are noticed",
    /✗[^]*entries were removed/.test(text), text);
  await remember(page, { size: 2, root: btoa("x".repeat(32)) });
  text = await checkAll(page);
  check("entries that were changed since are noticed",
    /✗[^]*first 2 entries are not those/.test(text), text);
  await page.route("**/tile/entries/**", (route) => route.abort());
  text = await checkAll(page);
  check("a network that fails accuses nobody",
    /Nothing is proved; try again/.test(text) && !text.includes("✗"), text);
  check("it fits a narrow page", await page.evaluate(() =>
    document.documentElement.scrollWidth <=
      document.documentElement.clientWidth));
  await larger(page);
  check("the audit page is quiet", complaints.length === 0,
    complaints.join("; "));
  await page.close();
}

// Logs of several bundles, and what can be wrong with one.
async function larger(page) {
  grown("whole", "600", "cosigned=1700000000", "cosigned=1700000001");
  await put(page, `${work}/whole`);
  let text = await checkAll(page);
  check("a log of three bundles with its witnesses is whole",
    /✓[^]*All 600 entries/.test(text) && /2 independent witnesses/.test(text),
    text);
  const part = `${work}/whole/tile/entries/001`;
  const bundle = await readFile(part);
  for (const [what, at] of [["a leaf", bundle.length - 3], ["a length", 0]]) {
    const other = Buffer.from(bundle);
    other[at] ^= 1;
    await writeFile(part, other);
    text = await checkAll(page);
    check(`${what} that was changed is noticed`,
      text.includes("✗ This log does not add up"), text);
  }
  await writeFile(part, bundle);
  const policy = `${work}/whole/policy`, rule = await readFile(policy, "utf8");
  await cp(`${work}/log/policy`, policy);
  await page.evaluate(() => localStorage.clear());
  text = await checkAll(page);
  check("a log that asks for no witness says so",
    /No witness was asked for/.test(text), text);
  await writeFile(policy, rule);
  grown("alone", "600");
  await cp(`${work}/alone/checkpoint`, `${work}/whole/checkpoint`);
  text = await checkAll(page);
  check("too few witnesses are told, and not as a fault",
    /✓[^]*Not enough witnesses/.test(text), text);
  await page.route("**/tile/entries/001*", async (route) => {
    await page.locator("[data-stop]").click();
    await route.fallback();
  });
  text = await checkAll(page);
  check("a check can be stopped, and then proves nothing",
    /Stopped after \d+ of 600 entries/.test(text), text);
}

const browser = await chromium.launch(
  { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"] });
try {
  await offline(browser);
  await lacking(browser);
  await today(browser);
  const [server, base] = await serve("pages.inc");
  try {
    await node(browser, base);
    await whole(browser, base);
  } finally {
    server.stdin.end();
  }
} finally {
  await browser.close();
  await rm(work, { recursive: true });
}
process.exitCode = failed > 0 ? 1 : 0;
