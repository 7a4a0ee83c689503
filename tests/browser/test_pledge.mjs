// A citizen pledges in a real browser: with a key, without Ed25519, without
// JavaScript, with the keyboard alone, at 360 pixels, in both languages.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { audit_everywhere, check, confirmation, fill, launch, letter, open,
  result, serve, shares, usable, visible_focus } from "./flow.mjs";

const run = promisify(execFile);
const out = process.env.out ?? "build/debug";
const node = await serve("pledging.inc");
const ledger = `${node.base}/pledging`;
const browser = await launch();
const scratch = await mkdtemp(join(tmpdir(), "flow-"));

const json = async (path) => (await fetch(`${node.base}${path}`,
  { headers: { Accept: "application/json" } })).json();
const size = async () => (await json("/pledging")).head.size;
const campaign = (await json("/pledging/campaigns")).campaigns[0].url;
const form = (nature, lang) =>
  `${node.base}${campaign}/pledge?nature=${nature}&lang=${lang}`;

// ---- With a key of the browser's ----

async function with_key(context, email) {
  const page = await open(context);
  const before = await size();

  await page.goto(form("share", "fr"));
  await fill(page, { ...shares, email });
  await page.getByRole("button", { name: "Continuer" }).click();
  await page.waitForURL(/\/drafts\//);
  const sign = page.getByRole("button", { name: /Signer mon engagement/ });

  await sign.waitFor();
  const texts = await page.locator("pre.raw").allInnerTexts();

  check("both texts are on the page", texts.length === 2 &&
    texts.every((one) => one.startsWith("terreau/entry/v1\n")), texts.join());
  check("the text says that a key signs",
    /"auth":"key"|"party.update"/.test(texts[0]), texts[0]);
  check("no name is in what is signed",
    !/Jeanne|d’Arc|Teinturiers|example\.org/.test(texts.join()));
  const known = await page.locator("#key-known").isVisible();

  await sign.click();
  await page.getByRole("heading", { name: "Ouvrez votre boîte" }).waitFor();
  check("nothing is in the log before the mail", await size() === before);
  await page.goto(await confirmation(node, email));
  check("looking at the link records nothing", await size() === before);
  await page.getByRole("button", { name: /Confirmer et inscrire/ }).click();
  await page.waitForURL(/\/pledges\/g-/);
  check("both entries are in the log", await size() === before + 2);
  for (const index of [before, before + 1]) {
    const entry = await json(`/pledging/entries/${index}`);

    check(`entry ${index} is what was shown`,
      texts.some((text) => entry.leaf.includes(`\n${text.trimEnd()}\n\n— `)),
      entry.leaf);
    check(`entry ${index} is signed by the party alone`,
      entry.signers.length === 1 && entry.signers[0].startsWith("p-"),
      entry.signers.join());
  }
  check("nothing breaks the policy", page.complaints.length === 0,
    page.complaints.join("; "));
  return { page, before, known };
}

async function receipt(page) {
  const [download] = await Promise.all([page.waitForEvent("download"),
    page.getByRole("link", { name: /Reçu complet/ }).click()]);
  const file = join(scratch, "mine.terreau");
  const policy = join(scratch, "policy");

  await download.saveAs(file);
  await writeFile(policy, await (await fetch(`${ledger}/policy`)).text());
  check("the holder's receipt carries the opening",
    /^extra /m.test(await readFile(file, "utf8")));
  const said = await run(`${out}/terreau`,
    ["receipt", "verify", file, "--policy", policy]).catch((error) => error);

  check("the receipt verifies offline", /verified\s+yes/.test(said.stdout),
    said.stderr);
}

// ---- The transfer ----

async function decode(page, scheme, forced) {
  const picture = join(scratch, `${scheme}.png`);

  await page.emulateMedia({ colorScheme: scheme, forcedColors: forced });
  await page.locator("svg.qr").screenshot({ path: picture, scale: "device" });
  const said = await run("zbarimg", ["-q", "--raw", "-Sbinary", picture])
    .catch((error) => error);

  return said.stdout ?? "";
}

async function transfer(page) {
  const { payment } = await json(new URL(page.url()).pathname);

  check("the payload names the reference",
    payment.epc.endsWith(`\n${payment.reference}`), payment.epc);
  for (const scheme of ["light", "dark"])
    for (const forced of ["none", "active"]) {
      const read = await decode(page, scheme, forced);

      check(`the QR code reads to the byte, ${scheme}, forced: ${forced}`,
        read === payment.epc, JSON.stringify(read));
    }
  await page.emulateMedia({ colorScheme: null, forcedColors: null });
  const svg = await fetch(`${page.url().split("?")[0]}/transfer`);

  check("the picture can be saved",
    svg.headers.get("content-type") === "image/svg+xml");
}

{
  const context = await browser.newContext({ deviceScaleFactor: 2 });
  const first = await with_key(context, "jeanne@example.org");

  check("the first key is new", !first.known);
  await receipt(first.page);
  await transfer(first.page);
  const mail = await letter(node, "jeanne@example.org", /Reçu n°/);

  check("the receipt is mailed with the IBAN",
    /FR76 3000 6000/.test(mail.text), mail.text);
  await first.page.reload();
  check("the page survives a reload",
    await first.page.locator("svg.qr").isVisible());

  // The same browser again: the key is there, and the party is known.
  const second = await with_key(context, "jeanne@example.org");
  const kind = (await json(`/pledging/entries/${second.before}`)).kind;

  check("the key of the first pledge signs the second", second.known);
  check("nobody is registered twice", kind === "party.update", kind);
  await context.close();
}

// ---- A browser without Ed25519 ----

{
  const context = await browser.newContext({ locale: "en-GB" });

  await context.addInitScript(() => {
    const make = SubtleCrypto.prototype.generateKey;

    SubtleCrypto.prototype.generateKey = function (algorithm, ...rest) {
      return (algorithm?.name ?? algorithm) === "Ed25519"
        ? Promise.reject(new DOMException("no", "NotSupportedError"))
        : make.call(this, algorithm, ...rest);
    };
  });
  const page = await open(context);
  const before = await size();

  await page.goto(form("gift", "en"));
  await fill(page, { amount: "25.50", given: "Zoé", family: "Petit",
    email: "zoe@example.org", consent: "yes" });
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(/\/drafts\//);
  check("no key is offered", !await page.locator("#by-key").isVisible());
  await page.getByRole("button", { name: /confirmation by e-mail/ }).click();
  await page.getByRole("heading", { name: "Check your inbox" }).waitFor();
  await page.goto(await confirmation(node, "zoe@example.org"));
  await page.getByRole("button", { name: /Confirm and record/ }).click();
  await page.waitForURL(/\/pledges\/g-/);
  const entry = await json(`/pledging/entries/${before}`);

  check("the log says that it was by e-mail", entry.entry.auth === "email" &&
    entry.signers.join() === "clerk", JSON.stringify(entry.entry));
  check("and the page says so, too",
    (await page.locator("main").innerText()).includes("a weaker proof"));
  await context.close();
}

// ---- Without JavaScript, with the keyboard alone, on a phone ----

async function press_on(page, name) {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate((wanted) => {
      const one = document.activeElement;

      return one?.id === wanted ||
        one?.textContent?.trim().replaceAll("\u00a0", " ") === wanted;
    }, name);

    if (found) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

{
  const context = await browser.newContext({ javaScriptEnabled: false,
    viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  const type = async (id, text) => {
    await press_on(page, id);
    await page.keyboard.type(text);
  };

  await page.goto(form("gift", "fr"));
  await type("amount", "1.000");
  await press_on(page, "Continuer : relire et signer");
  await page.keyboard.press("Enter");
  await page.locator("#errors").waitFor();
  check("the title says that there is an error",
    (await page.title()).startsWith("Erreur\u00a0:"), await page.title());
  check("what was typed is still there",
    await page.locator("#amount").inputValue() === "1.000");
  check("without script the summary is where the address leads",
    page.url().endsWith("#errors"), page.url());
  await page.locator("#errors a").first().click();
  check("each mistake leads to its field", page.url().endsWith("#amount"));
  await page.locator("#amount").fill("");
  await page.goto(form("gift", "fr"));
  await type("amount", "30,00 €");
  await press_on(page, "refund");
  await type("given", "Noël");
  await type("family", "Le Goff");
  await type("email", "noel@example.org");
  await press_on(page, "consent");
  await page.keyboard.press("Space");
  await press_on(page, "Continuer : relire et signer");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Relisez, puis signez" }).waitFor();
  await press_on(page, "Continuer avec une confirmation par e-mail");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Ouvrez votre boîte" }).waitFor();
  await page.goto(await confirmation(node, "noel@example.org"));
  await press_on(page, "Confirmer et inscrire mon engagement");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/pledges\/g-/);
  check("a pledge needs no script and no mouse",
    await page.getByRole("heading", { name: /C’est inscrit/ }).isVisible());
  await context.close();
}

// ---- With the keyboard alone and a key, from the campaign to the pledge ----

// Tab until something has the focus; on the way it is seen, and goes forward.
async function tab_to(page, pattern, wrong) {
  let last = "";

  for (let i = 0; i < 120; i++) {
    await page.keyboard.press("Tab");
    const seen = await visible_focus(page);
    const [name, forward] = await page.evaluate(() => {
      const one = document.activeElement, before = globalThis.before;

      globalThis.before = one;
      return [one.id || one.textContent.trim().replaceAll("\u00a0", " "),
        !before?.isConnected || before === document.body ||
        one === document.body || Boolean(before.compareDocumentPosition(one) &
          Node.DOCUMENT_POSITION_FOLLOWING)];
    });

    if (seen !== "") wrong.push(seen);
    if (!forward) wrong.push(`from ${last} back to ${name}`);
    if (pattern.test(name)) return;
    last = name;
  }
  throw new Error(`the keyboard does not reach ${pattern}`);
}

for (const [lang, give, next, sign, confirm, done] of [
  ["fr", /^Faire un don$/, /^Continuer/, /^Signer mon/, /^Confirmer et/,
    /C’est inscrit/],
  ["en", /^Give$/, /^Continue/, /^Sign my/, /^Confirm and/, /Recorded/]]) {
  const context = await browser.newContext();
  const page = await open(context);
  const email = `keyboard-${lang}@example.org`, wrong = [];
  const press = async (pattern, key = "Enter") => {
    await tab_to(page, pattern, wrong);
    await page.keyboard.press(key);
  };

  await page.goto(`${node.base}${campaign}?lang=${lang}`);
  await press(give);
  await page.waitForURL(/nature=gift/);
  for (const [id, text] of [["amount", "25"], ["given", "Ana"],
    ["family", "Costa"], ["email", email]]) {
    await tab_to(page, new RegExp(`^${id}$`), wrong);
    await page.keyboard.type(text);
  }
  await press(/^consent$/, "Space");
  await press(next);
  await page.waitForURL(/\/drafts\//);
  await page.locator("#by-key").waitFor();
  await press(sign);
  await page.waitForURL((url) => !url.hash.includes("errors"));
  await page.goto(await confirmation(node, email));
  await press(confirm);
  await page.waitForURL(/\/pledges\/g-/);
  const { receipt } = await json(new URL(page.url()).pathname);

  check(`by keyboard alone a key signs, in ${lang}`, receipt.by_key &&
    await page.getByRole("heading", { name: done }).isVisible());
  check(`the focus is always seen and goes forward, in ${lang}`,
    wrong.length === 0, wrong.join("; "));
  await context.close();
}

// ---- Every page of the flow, in both themes and at four widths ----

for (const lang of ["fr", "en"]) {
  const context = await browser.newContext({ bypassCSP: true,
    reducedMotion: "reduce" });
  const page = await open(context);
  const email = `looks-${lang}@example.org`;
  const look = async (name) => {
    await audit_everywhere(page, `${name} in ${lang}`);
    await usable(page, `${name} in ${lang}`);
  };

  await page.goto(`${node.base}${campaign}/pledge?lang=${lang}`);
  await look("the choice of a nature");
  await page.goto(form("share", lang));
  await page.locator("form button[type=submit]").click();
  await page.locator("#errors").waitFor();
  check(`the focus is on the mistakes in ${lang}`, await page.evaluate(
    () => document.activeElement?.id) === "errors");
  await look("the form with mistakes");
  await page.goto(form("share", lang));
  await look("the form");
  await fill(page, { ...shares, email });
  await page.locator("form button[type=submit]").click();
  await page.locator("#by-key button[type=submit]").waitFor();
  await page.locator("details").first().evaluate((one) => { one.open = true; });
  await look("the signature");
  await page.locator("#by-key button[type=submit]").click();
  await page.locator("#by-key").waitFor({ state: "detached" });
  await page.locator("h1").waitFor();
  await look("the word of the mail");
  await page.goto(await confirmation(node, email));
  await look("the confirmation");
  await page.locator("form button[type=submit]").click();
  await page.waitForURL(/\/pledges\/g-/);
  await look("the pledge");
  await page.goto(`${page.url().split("?")[0]}/withdraw?lang=${lang}`);
  await look("the withdrawal");
  await context.close();
}

// ---- What strangers try ----

const payloads = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
  "'-alert(1)-'", "{{amount}}", "javascript:alert(1)", "</textarea><svg/onload=1>",
  "<a href=\"data:text/html,x\">", "${7*7}", "\u202ealert"];

{
  const context = await browser.newContext();
  const page = await open(context);
  let fired = false;

  page.on("dialog", async (dialog) => { fired = true; await dialog.dismiss(); });
  for (const payload of payloads) {
    await page.goto(form("share", "en"));
    await fill(page, { ...shares, given: payload, family: payload,
      address: payload, town: payload, email: "xss@example.org",
      show: "pseudonym", pseudonym: payload.slice(0, 40), postcode: "<b>1</b>" });
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(/\/drafts\//);
    await page.locator("#by-key button[type=submit]").waitFor();
    check(`${payload} is text`, !fired &&
      (await page.locator("main").innerText()).includes(payload));
  }
  check("no payload broke the policy", page.complaints.length === 0,
    page.complaints.join("; "));
  await context.close();
}

await browser.close();
node.end();
await rm(scratch, { recursive: true });
process.exitCode = result.failed > 0 ? 1 : 0;
