// How pages look in a real browser: the main ones in both languages, light
// and dark, on a telephone, a tablet and a desk; all of them once; and what
// a strict policy, forced colours, large text and paper make of them.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { check, launch, result, serve } from "./flow.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const axe = await readFile(
  `${here}node_modules/axe-core/axe.min.js`, "utf8");

// As many at a time as there are processors to draw them.
async function each(list, one) {
  const rest = [...list];
  await Promise.all([1, 2].map(async () => {
    while (rest.length > 0) await one(rest.shift());
  }));
}

// axe needs its script, so that the policy is set aside here and tested in
// policy().  It is loaded once for a page: that takes longer than a check.
// Nothing moves, so that colours are not judged halfway between two themes.
const auditing = { bypassCSP: true, reducedMotion: "reduce" };

async function load(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(axe);
  return page;
}

// What a page does wrong as it stands, in words.  rules: only these of axe.
const faults = (page, rules) => page.evaluate(async (only) => {
  const wrong = [];
  const { violations } = await globalThis.axe.run(
    { resultTypes: ["violations"], ...(only ? { runOnly: only } : {}) });
  for (const one of violations)
    wrong.push(`${one.id} (${one.nodes.length}): ${one.nodes[0].html}`);
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) wrong.push("it scrolls sideways");
  if (document.querySelector("[style], style, script:not([src]), [onclick]"))
    wrong.push("style or script stands in the page");
  for (const svg of document.querySelectorAll("svg[role=img]"))
    if (!svg.querySelector("title") || !svg.querySelector("desc") ||
        !document.querySelector("table"))
      wrong.push("a chart without words or table");
  // Targets of 24 pixels, where they do not stand in a sentence.
  for (const one of document.querySelectorAll("nav a, button, summary, .btn"))
    if (one.getClientRects().length > 0 &&
        one.getBoundingClientRect().height < 24)
      wrong.push(`a small target: ${one.textContent.trim()}`);
  return wrong;
}, rules);

// A theme changes colours and nothing else: it is as high to the pixel, and
// then the rules about colours are all that can differ.
const COLOURS = ["color-contrast", "link-in-text-block"];

const height = (page) =>
  page.evaluate(() => document.documentElement.scrollHeight);

async function inBothThemes(page, name) {
  await page.emulateMedia({ colorScheme: "light" });
  const wrong = await faults(page);
  check(`${name} light`, wrong.length === 0, wrong.join("; "));
  const before = await height(page);
  const paper = () => page.evaluate(() =>
    getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.emulateMedia({ colorScheme: "dark" });
  const other = await faults(page, COLOURS);
  if (await height(page) !== before) other.push("a theme changes the layout");
  if (await paper() === light) other.push("there is no dark theme");
  check(`${name} dark`, other.length === 0, other.join("; "));
}

async function matrix(browser, base, paths) {
  const context = await browser.newContext(auditing);
  const pages = paths.flatMap((path) => [[path, "fr"], [path, "en"]]);
  await each(pages, async ([path, language]) => {
    const page = await load(context, `${base}${path}?lang=${language}`);
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await inBothThemes(page, `${path} ${language} ${width}`);
    }
    await page.close();
  });
  await context.close();
}

async function narrow(browser, base, paths) {
  const context = await browser.newContext({ ...auditing,
    viewport: { width: 320, height: 700 } });
  await each(paths, async (path) => {
    const page = await load(context, `${base}${path}?lang=fr`);
    const wrong = await faults(page);
    check(`${path} at 320 pixels`, wrong.length === 0, wrong.join("; "));
    await page.close();
  });
  await context.close();
}

// Every page of the cooperative that its own page leads to.
async function registers(browser, base, path) {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${base}${path}`);
  const found = await page.locator("main a").evaluateAll((all) =>
    all.map((one) => one.getAttribute("href")));
  await page.close();
  return [...new Set(found.filter((one) => one.startsWith(`${path}/`)))];
}

// As people get it: with the policy, and nothing from anybody else.
async function policy(browser, base, path) {
  const page = await browser.newPage();
  const complaints = [], strangers = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) strangers.push(request.url());
  });
  const response = await page.goto(`${base}${path}`);
  await page.evaluate(() => document.fonts.ready);
  const sent = (await response.allHeaders())["content-security-policy"] ?? "";
  check(`${path} has a strict policy`, sent.includes("default-src 'none'") &&
    !sent.includes("unsafe-"), sent);
  check(`${path} keeps it`, complaints.length === 0, complaints.join("; "));
  check(`${path} asks nobody else`, strangers.length === 0,
    strangers.join(" "));
  check(`${path} has its typeface`,
    await page.evaluate(() => document.fonts.check("600 20px Vollkorn")));
  await page.close();
}

const fits = (page) => page.evaluate(() =>
  document.documentElement.scrollWidth <= document.documentElement.clientWidth);

async function otherWays(browser, base, path) {
  const page = await browser.newPage({ viewport: { width: 640, height: 800 } });
  await page.goto(`${base}${path}`);
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%";
  });
  check(`${path} with text at 200 % needs no sideways scroll`, await fits(page));
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "";
  });
  await page.emulateMedia({ forcedColors: "active" });
  const border = await page.evaluate(() => {
    const part = document.querySelector(".btn, .card, .note");
    return part ? getComputedStyle(part).borderTopWidth : "2px";
  });
  check(`${path} in forced colours keeps its edges`, border !== "0px", border);
  await page.emulateMedia({ forcedColors: "none", media: "print" });
  check(`${path} on paper has no navigation`,
    await page.locator("header nav, .skip, .crumbs").evaluateAll((all) =>
      all.every((one) => getComputedStyle(one).display === "none")));
  check(`${path} on paper fits`, await fits(page));
  await page.emulateMedia({ media: null });
  await page.keyboard.press("Tab");
  check(`${path} begins with a way past the head`,
    await page.evaluate(() => document.activeElement.className) === "skip");
  await page.close();
}

const node = await serve("pages.inc");
const { base } = node;
const browser = await launch();
try {
  const json = async (path) => (await fetch(`${base}${path}`,
    { headers: { Accept: "application/json" } })).json();
  const { campaigns } = await json("/pages/campaigns");
  const { contracts } = await json("/pages/contracts");
  const campaign = campaigns[0].url;
  const main = ["/", "/pages", campaign, "/pages/audit"];
  const linked = await registers(browser, base, "/pages");
  check("the page of a cooperative leads to its registers and books",
    linked.length > 20, linked.join(" "));
  const rest = ["campaigns", "members", "classes", "offers", "contracts",
    "entries", "entries/0", "entries/9", "accounts", "balance", "journal",
    "proposals", "officers", "pledges", "funds", "payouts", "payments",
    "claims", "nothing"].map((one) => `/pages/${one}`);
  const all = new Set([...main, contracts[0].url, `${campaign}/pledge`,
    `${campaign}/close`, ...rest, ...linked, "/help", "/accessibility",
    "/privacy", "/legal"]);
  await matrix(browser, base, main);
  await narrow(browser, base, all);
  for (const path of ["/", campaign, "/pages/audit", "/pages/entries/0"])
    await policy(browser, base, path);
  for (const path of ["/pages", campaign, "/pages/audit"])
    await otherWays(browser, base, path);
} finally {
  await browser.close();
  node.end();
}
process.exitCode = result.failed > 0 ? 1 : 0;
