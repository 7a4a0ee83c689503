// How pages look in a real browser: the main ones in both languages, light
// and dark, on a telephone, a tablet and a desk; all of them once; and what
// a strict policy, forced colours, large text and paper make of them.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
const axe = await readFile(
  `${here}node_modules/axe-core/axe.min.js`, "utf8");
let failed = 0;

function check(name, good, why = "") {
  console.log(`${good ? "ok" : "not ok"} ${name}${good ? "" : `: ${why}`}`);
  failed += good ? 0 : 1;
}

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

// What a page does wrong, in words; axe needs its script, so that the policy
// is set aside here and tested in policy().
async function faults(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const wrong = [];
    const { violations } = await globalThis.axe.run();
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
  });
  await page.close();
  return found;
}

async function matrix(browser, base, paths) {
  for (const colorScheme of ["light", "dark"])
    for (const width of [360, 768, 1440]) {
      const context = await browser.newContext({ colorScheme, bypassCSP: true,
        viewport: { width, height: 900 } });
      for (const language of ["fr", "en"])
        await Promise.all(paths.map(async (path) => {
          const wrong = await faults(context, `${base}${path}?lang=${language}`);
          check(`${path} ${language} ${colorScheme} ${width}`,
            wrong.length === 0, wrong.join("; "));
        }));
      await context.close();
    }
}

async function narrow(browser, base, paths) {
  const context = await browser.newContext({ bypassCSP: true,
    viewport: { width: 320, height: 700 } });
  for (const path of paths) {
    const wrong = await faults(context, `${base}${path}?lang=fr`);
    check(`${path} at 320 pixels`, wrong.length === 0, wrong.join("; "));
  }
  await context.close();
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

const [server, base] = await serve("pages.inc");
const browser = await chromium.launch(
  { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"] });
try {
  const json = async (path) => (await fetch(`${base}${path}`,
    { headers: { Accept: "application/json" } })).json();
  const { campaigns } = await json("/pages/campaigns");
  const { contracts } = await json("/pages/contracts");
  const campaign = campaigns[0].url;
  const main = ["/", "/pages", campaign, "/pages/audit"];
  const rest = ["campaigns", "members", "classes", "offers", "contracts",
    "entries", "entries/0", "entries/9", "accounts", "balance", "journal",
    "proposals", "officers", "nothing"].map((one) => `/pages/${one}`);
  await matrix(browser, base, main);
  await narrow(browser, base, [...main, contracts[0].url, ...rest, "/help",
    "/accessibility", "/privacy", "/legal"]);
  for (const path of ["/", campaign, "/pages/audit", "/pages/entries/0"])
    await policy(browser, base, path);
  for (const path of ["/pages", campaign, "/pages/audit"])
    await otherWays(browser, base, path);
} finally {
  await browser.close();
  server.stdin.end();
}
process.exitCode = failed > 0 ? 1 : 0;
