// Pages in a real browser: a citizen pledges without JavaScript and without
// a mouse, and every page passes axe, at 320 pixels, in both languages.
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

// axe needs script: the policy is set aside for it, and for it alone.
async function audit(browser, url, width) {
  const page = await browser.newPage(
    { viewport: { width, height: 800 }, bypassCSP: true });
  await page.goto(url);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const name = `${new URL(url).pathname} ${width}`;
  check(`${name} passes axe`, violations.length === 0,
    violations.map((one) => `${one.id}: ${one.nodes[0].html}`).join("; "));
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth > document.documentElement.clientWidth);
  check(`${name} needs no sideways scrolling`, !wide);
  await page.close();
}

async function links(browser, url) {
  const page = await browser.newPage({ javaScriptEnabled: false });
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(url);
  const found = await page.locator("main a").evaluateAll(
    (all) => all.map((one) => one.getAttribute("href")));
  check(`${new URL(url).pathname} breaks no policy of its own`,
    complaints.length === 0, complaints.join("; "));
  await page.close();
  return found;
}

// Not with the mouse, and not with script: test_pledge.mjs goes on from there.
async function pledge(browser, base, campaign) {
  const page = await browser.newPage(
    { javaScriptEnabled: false, viewport: { width: 320, height: 700 } });
  await page.goto(`${base}${campaign}`);
  await page.getByRole("link", { name: "Faire un don" }).first().click();
  await page.getByRole("heading", { name: "Faire un don" }).waitFor();
  const { pledges } = await (await fetch(`${base}/pages/pledges`,
    { headers: { Accept: "application/json" } })).json();
  await page.close();
  return `${base}/pages/pledges/${pledges[0].id}`;
}

const [server, base] = await serve("pages.inc");
const browser = await chromium.launch(
  { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"] });
try {
  const ledger = `${base}/pages`;
  const campaign = (await links(browser, `${ledger}/campaigns?lang=fr`))
    .find((one) => /\/campaigns\/k-/.test(one));
  const status = await pledge(browser, base, campaign);
  const registers = (await links(browser, ledger))
    .filter((one) => one.startsWith("/pages/"));
  for (const path of ["/", "/pages", ...registers, `${campaign.split("?")[0]}/pledge`,
    "/pages/entries/0", "/pages/nothing"])
    await audit(browser, `${base}${path}?lang=fr`, 320);
  await audit(browser, ledger, 1280);
  await audit(browser, status, 320);
} finally {
  await browser.close();
  server.stdin.end();
}
process.exitCode = failed > 0 ? 1 : 0;
