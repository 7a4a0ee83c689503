// What strangers try at the HTTP border: payloads in every text that pages
// show, every field of every form, every query parameter; forms of other
// sites; line ends in addresses; questions about who is known.
import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { check, confirmation, launch, letter, open, result, serve }
  from "./flow.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = await serve("strangers.inc");
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
  "img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'";

// ---- Requests as no browser would make them ----

function ask(method, path, headers = {}, body = undefined) {
  return new Promise((done, broken) => {
    const sent = request(`${node.base}${path}`, { method, headers: {
      Accept: "text/html", ...headers } }, (answer) => {
      let text = "";

      answer.setEncoding("utf8");
      answer.on("data", (data) => { text += data; });
      answer.on("end", () => done({ status: answer.statusCode,
        headers: answer.headers, raw: answer.rawHeaders, text }));
    });

    sent.on("error", broken);
    sent.end(body);
  });
}

const form = { "Content-Type": "application/x-www-form-urlencoded",
  "Sec-Fetch-Site": "same-origin" };
const post = (path, fields, headers = form) =>
  ask("POST", path, headers, new URLSearchParams(fields).toString());
const json = async (path) => JSON.parse((await ask("GET", path,
  { Accept: "application/json" })).text);

// So many at a time; the answers in order.
async function each(items, act) {
  const rest = items.entries(), answers = [];

  await Promise.all(Array.from({ length: 8 }, async () => {
    for (const [at, item] of rest) answers[at] = await act(item);
  }));
  return answers;
}

// ---- Every route there is ----

const id = "A".repeat(43);
const campaign = (await json("/strangers/campaigns")).campaigns[0].id;
const pledge = (await json("/strangers/pledges")).pledges[0].id;
const contract = (await json("/strangers/contracts")).contracts[0].id;
const stands = { ledger: "strangers", campaign, pledge, contract, index: "5",
  code: "not-found", "path...": "x", mail: "x", hash: "0".repeat(64),
  payout: "w-AAAAAAAAAAAAAAAAAAAAAA", "!token": id, "!draft": id };
const table = await readFile(`${root}/server/routes.def`, "utf8");
const routes = [...table.matchAll(
  /^ROUTE\((\w+), +"([^"]*)", *\w+, *"([^"]*)"/gm)].map((one) => ({
  method: one[1], takes: one[3].split(" ").filter((word) => word),
  path: one[2].replace(/\{([^}]*)\}/g, (_, name) => stands[name]) }));
const gets = routes.filter((one) => one.method === "GET");
const posts = routes.filter((one) => one.method === "POST");

check("the table of routes is read", gets.length > 60 && posts.length > 14 &&
  routes.every((one) => !/undefined|[{}]/.test(one.path)),
  routes.map((one) => one.path).join(" "));

// All that a page does wrong here, in words.
function faults({ status, headers, raw, text }, payload = "") {
  const wrong = [];
  const html = (headers["content-type"] ?? "").startsWith("text/html");

  if (status >= 500 && status !== 503) wrong.push(`status ${status}`);
  if (html && headers["content-security-policy"] !== policy)
    wrong.push(`policy ${headers["content-security-policy"]}`);
  if (html && /<script(?! src="\/static\/)|<style|\sstyle=|\son\w+="/.test(
    text.replace(/<pre[^]*?<\/pre>/g, "")))
    wrong.push("script or style stands in it");
  if (html && /[<"]/.test(payload) && text.includes(payload))
    wrong.push("it is not escaped");
  if (headers["x-content-type-options"] !== "nosniff") wrong.push("sniffing");
  if (raw.some((one) => /x-evil/i.test(one))) wrong.push("a header was made");
  if (/evil/.test(headers.location ?? "") &&
      !/^\/[^/\\]/.test(headers.location)) wrong.push("it leads away");
  return wrong;
}

function judge(name, found) {
  const wrong = found.filter((one) => one.wrong.length > 0);

  check(`${name} (${found.length})`, found.length > 0 && wrong.length === 0,
    wrong.slice(0, 5).map((one) => `${one.what}: ${one.wrong}`).join("; "));
}

async function headers() {
  const errors = [["GET", "/nothing/nowhere"], ["DELETE", "/"],
    ["PUT", "/strangers"], ["GET", "/strangers/entries?limit=x"],
    ["GET", "/strangers/entries?nonsense=1"], ["GET", "/?lang=<script>"],
    ["GET", `/${"x".repeat(3000)}`], ["GET", "/%00"], ["GET", "/%ff"],
    ["POST", "/sign-in"], ["POST", "/nowhere"]];
  const asked = [...gets.map((one) => ["GET", one.path]), ...errors];

  judge("every page and every error has the strict policy",
    await each(asked, async ([method, path]) => ({ what: `${method} ${path}`,
      wrong: faults(await ask(method, path)) })));
}

// ---- Payloads ----

const payloads = ["<script>struck=1</script>", "\"><img src=x onerror=struck=1>",
  "' onfocus='struck=1' autofocus='", "<svg/onload=struck=1>",
  "javascript:struck=1", "{{title}}{{{title}}}{{>layout}}",
  "</title></textarea></select><script>struck=1</script>",
  "\u202e\u2066<b>\u200b", "a\r\nX-Evil: yes\r\n\r\n<script>struck=1</script>",
  "//evil.example/<script>", `<img src=x onerror=struck=1>${"é".repeat(2000)}`];

async function queries() {
  const asked = gets.flatMap((one) => [...one.takes, "lang", "size", "zzz"]
    .flatMap((name) => [1, 5, 6, 8].map((at) => payloads[at]).map((payload) =>
      [`${one.path}?${name}=${encodeURIComponent(payload)}`, payload])));

  judge("no query parameter gets out of its place", await each(asked,
    async ([path, payload]) => ({ what: path,
      wrong: faults(await ask("GET", path), payload) })));
}

// Every name that any form of ours has, in every form.
async function fields() {
  const folder = `${root}/server/templates`;
  const names = new Set(["nonsense"]);

  for (const file of await readdir(folder))
    if (file.endsWith(".html"))
      for (const found of (await readFile(`${folder}/${file}`, "utf8"))
        .matchAll(/\sname="(\w+)"/g)) names.add(found[1]);
  const forms = posts.filter((one) => one.takes.join().includes("urlencoded"));
  const asked = forms.flatMap(({ path }) => [...names].flatMap((name) =>
    [payloads[6] + payloads[1], payloads[8]].map((payload) =>
      [path, name, payload])));

  check("forms and fields are found", forms.length > 12 && names.size > 25,
    `${forms.length} ${names.size}`);
  judge("no field of a form gets out of its place", await each(asked,
    async ([path, name, payload]) => ({ what: `${path} ${name}`, wrong: faults(
      await post(path, { campaign, nature: "share", [name]: payload }),
      payload) })));
}

// ---- The same in a browser, where scripts would run ----

async function pages(browser) {
  const context = await browser.newContext();
  const strangers = [];
  const paths = gets.map((one) => one.path).filter((path) =>
    !/tile|checkpoint|policy|receipt|export|openapi|healthz|readyz/.test(path));

  context.on("request", (asked) => {
    if (!asked.url().startsWith(node.base)) strangers.push(asked.url());
  });
  judge("no text of an entry runs on any page", (await each(
    paths.map((path, at) => `${path}?lang=${at % 2 === 0 ? "fr" : "en"}`),
    async (path) => {
      const page = await open(context);
      let alarm = false;

      page.on("dialog", (dialog) => { alarm = true; return dialog.dismiss(); });
      const answer = await page.goto(node.base + path).catch(() => null);
      const struck = await page.evaluate(() => globalThis.struck !== undefined);
      const wrong = [...page.complaints];

      await page.close();
      if (struck || alarm) wrong.push("it ran");
      return answer ? { what: path, wrong } : null; // A file, not a page.
    })).filter((one) => one));
  check("no page asks anybody else", strangers.length === 0,
    strangers.join(" "));
  await context.close();
}

// What was written is what is read.
async function literally(browser) {
  const page = await open(await browser.newContext());
  const source = await readFile(`${root}/tests/api/strangers.inc`, "utf8");
  const wanted = [...source.matchAll(/"title": ("(?:[^"\\]|\\.)*")/g)]
    .map((one) => JSON.parse(one[1]));

  await page.goto(`${node.base}/strangers/campaigns/${campaign}?lang=en`);
  const shown = await page.locator("th[scope=row]").evaluateAll((all) =>
    all.map((one) => one.textContent.normalize("NFC")));
  const missing = wanted.filter((one) => !shown.includes(one.normalize("NFC")))
    .filter((one) => !/<\/(title|h2|option)>/.test(one));

  check("every budget line is read as it was written",
    wanted.length > 15 && missing.length === 0, missing.join(" | "));
  check("the title is read as it was written",
    await page.locator("h1").textContent() ===
    "</title><script>struck=1</script>");
  await page.context().close();
}

// Two forms, each with the same payload in all its fields, hidden ones too.
async function forms(browser) {
  const context = await browser.newContext();

  judge("no answer to a form runs", await each(
    [`/strangers/campaigns/${campaign}/pledge?nature=share&lang=en`,
      "/sign-in?lang=fr"].flatMap((path) =>
      payloads.map((payload) => [path, payload])), async ([path, payload]) => {
      const page = await open(context);
      const wrong = [];

      await page.goto(node.base + path);
      const sent = await page.evaluate((text) => {
        const one = document.querySelector("main form");

        for (const field of one.querySelectorAll("input, select")) {
          field.removeAttribute("maxlength");
          if (["campaign", "nature"].includes(field.name)) continue;
          if (field.type === "email") field.type = "text";
          if (field.tagName === "SELECT") field.options[0].value = text;
          field.value = text;
          field.checked = true;
        }
        one.submit();
        return [...one.elements].filter((field) => field.type === "text")
          .map((field) => field.name);
      }, payload);

      await page.locator("#errors, .message, h1").first().waitFor();
      await page.waitForLoadState();
      if (await page.evaluate(() => globalThis.struck !== undefined))
        wrong.push("it ran");
      wrong.push(...page.complaints);
      const kept = await page.evaluate(() => Array.from(document
        .querySelectorAll("main form input[type=text]"), (one) => one.value));

      if (sent.length === 0) wrong.push("nothing was sent");
      if (kept.some((one) => /&lt;|&quot;|&#/.test(one)))
        wrong.push(`escaped twice: ${kept}`);
      await page.close();
      return { what: `${path} ${payload}`, wrong };
    }));
  await context.close();
}

// ---- Forms of other sites ----

async function foreign() {
  const sites = [["cross-site"], ["same-site"], ["none", "https://evil.example"]];
  const bodies = (one) => one.takes[0].includes("urlencoded") ? "a=b" : "x";

  judge("every POST refuses other sites' pages", await each(
    posts.flatMap((one) => sites.map((site) => [one, site])),
    async ([one, [site, origin]]) => {
      const { status, text } = await ask("POST", one.path, {
        Accept: "application/json", Cookie: "terreau_s=x; terreau_browser=x",
        "Content-Type": one.takes[0], ...origin ? { Origin: origin }
          : { "Sec-Fetch-Site": site } }, bodies(one));

      return { what: `${one.path} ${site}`, wrong: status === 403 &&
        JSON.parse(text).code === "foreign-form" ? [] : [`${status}`, text] };
    }));
}

// ---- Addresses ----

const gift = { campaign, nature: "gift", amount: "25", on_failure: "refund",
  given: "Zoé", family: "Petit", show: "hidden", consent: "yes" };
const letters = async () => (await readdir(node.mails).catch(() => []))
  .filter((one) => one.endsWith(".json")).length;

async function addresses() {
  const before = await letters();
  const bad = ["a@b.example\r\nBcc: x@y.example", "a@b.example\nx", "a\r@b.example",
    "\na@b.example", "a@b.example\0", "a@b.example, x@y.example",
    "<a@b.example>", "a@b.example;x", "a b@c.example", "a@b.example\u0085x",
    "a@b.example\u2028x", "a@b@c.example", "@b.example", "a@", "a".repeat(300)];

  judge("no line end, list or bracket gets into an address", (await each(bad,
    async (email) => {
      const one = await post("/strangers/pledges", { ...gift, email });
      const two = await post("/sign-in", { email });

      return { what: JSON.stringify(email), wrong: [one, two].filter(
        ({ status }) => status !== 422 && status !== 400).map(({ status }) => `${status}`) };
    })));
  check("and nothing is mailed", await letters() === before);
}

// ---- Who is known ----

// An answer without what is new each time, whoever asks.
function strip({ status, raw, text }, email) {
  const fresh = (one) => one.replaceAll(email, "EMAIL")
    .replace(/[0-9a-f]{64}|(?:[a-z]-)?[\w-]{43}|\b[gp]-[\w-]{22}|[0-9a-f]{16}/g, "NEW")
    .replace(/(nonce&quot;:&quot;|"nonce":"|<code>)[\w-]{22}/g, "$1NEW");
  const kept = raw.map((one, at) => at % 2 === 1 &&
    /^date$/i.test(raw[at - 1]) ? "DATE" : fresh(one));

  return JSON.stringify([status, kept, fresh(text)]);
}

// All steps of a pledge by mail, and what each answers.
async function way(email) {
  const seen = [];
  const before = await letters();
  const sent = await post("/strangers/pledges?lang=en", { ...gift, email });
  const draft = new URL(sent.headers.location, node.base).pathname;

  seen.push(sent, await ask("GET", `${draft}?lang=en`));
  seen.push(await post(`${draft}?lang=en`, { how: "email" }),
    await ask("GET", `${draft}?lang=en`));
  const link = await confirmation(node, email);

  return { link, seen: seen.map((one) => strip(one, email)),
    mails: await letters() - before };
}

async function enumeration() {
  const first = await way("known@example.org");

  await post(new URL(first.link).pathname, {});
  await letter(node, "known@example.org", /Receipt no\./);
  const again = await way("known@example.org");
  const other = await way("other@example.org");

  for (const [at, name] of ["the form", "the draft", "the signature",
    "the page after it"].entries())
    check(`${name} does not tell who is known`, again.seen[at] === other.seen[at],
      `${again.seen[at]} | ${other.seen[at]}`);
  check("each gets one mail", again.mails === 1 && other.mails === 1,
    `${again.mails} ${other.mails}`);
  const asked = [];

  for (const email of ["known@example.org", "other@example.org"]) {
    const before = await letters();

    asked.push(strip(await post("/sign-in?lang=en", { email }), email));
    await letter(node, email, /\/sign-in\//);
    asked.push(await letters() - before);
  }
  check("signing in does not tell who is known, by bytes or mails",
    asked[0] === asked[2] && asked[1] === 1 && asked[3] === 1,
    asked.join(" | "));
}

const browser = await launch();
try {
  await headers();
  await foreign();
  await addresses();
  await enumeration();
  await queries();
  await fields();
  await pages(browser);
  await literally(browser);
  await forms(browser);
} finally {
  await browser.close();
  node.end();
}
process.exitCode = result.failed > 0 ? 1 : 0;
