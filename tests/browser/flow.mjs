// What the tests of the pledge flow share: a node, its mails, a browser.
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
export const result = { failed: 0 };

export function check(name, good, why = "") {
  console.log(`${good ? "ok" : "not ok"} ${name}${good ? "" : `: ${why}`}`);
  result.failed += good ? 0 : 1;
}

// A node with what a transcript entered; end() stops it.
export async function serve(transcript, ...settings) {
  const server = spawn(`${here}../api/run`,
    ["--serve", ...settings, `${here}../api/${transcript}`],
    { stdio: ["pipe", "pipe", "inherit"] });
  const said = {};

  for await (const line of createInterface({ input: server.stdout })) {
    if (line.startsWith("not ok")) console.log(line);
    const [, name, value] = /^(mails|database|serving) (.*)/.exec(line) ?? [];

    if (name) said[name] = value;
    if (name === "serving")
      return { base: value, mails: said.mails, database: said.database,
        end: () => server.stdin.end() };
  }
  throw new Error("the server did not start");
}

// The newest letter to somebody that fits a pattern and was not taken yet.
const taken = new Set(), opened = new Map();
async function read(path) {
  if (!opened.has(path)) // Letters are written at once, and never again.
    opened.set(path, JSON.parse(await readFile(path, "utf8")));
  return opened.get(path);
}
export async function letter(node, to, pattern) {
  for (let tries = 0; tries < 1200; tries++) {
    const names = await readdir(node.mails).catch(() => []);

    for (const name of names.filter((one) => one.endsWith(".json")).sort()
      .reverse()) {
      const mail = await read(`${node.mails}/${name}`);

      if (mail.to === to && pattern.test(mail.text) &&
          !taken.has(`${name} ${pattern}`)) {
        taken.add(`${name} ${pattern}`);
        return mail;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no letter to ${to} says ${pattern}`);
}

export async function confirmation(node, to) {
  const mail = await letter(node, to, /\/confirm\//);

  return /(http\S+\/confirm\/\S+)/.exec(mail.text)[1];
}

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

const axe = await readFile(`${here}node_modules/axe-core/axe.min.js`, "utf8");

// axe needs script: pages to audit are opened with the policy set aside.
export async function audit(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());

  check(`${name} passes axe`, violations.length === 0,
    violations.map((one) => `${one.id}: ${one.nodes[0].html}`).join("; "));
  check(`${name} needs no sideways scrolling`, !await wide(page));
}

const loaded = (page) => page.evaluate(() => "axe" in globalThis);
const wide = (page) => page.evaluate(() =>
  document.documentElement.scrollWidth > document.documentElement.clientWidth);
const height = (page) => page.evaluate(() =>
  document.documentElement.scrollHeight);

// What axe finds on a page as it stands, in words; only: these rules.
async function found(page, only) {
  const { violations } = await page.evaluate((rules) => globalThis.axe.run(
    { resultTypes: ["violations"], ...rules ? { runOnly: rules } : {} }), only);

  return violations.map((one) => `${one.id}: ${one.nodes[0].html}`);
}

// The same page from a small telephone to a desk, in both themes: the other
// one changes colours, and nothing else.
export async function audit_everywhere(page, name) {
  if (!await loaded(page)) await page.evaluate(axe);
  for (const width of [320, 360, 768, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: "light" });
    const wrong = await found(page), before = await height(page);

    if (await wide(page)) wrong.push("it scrolls sideways");
    await page.emulateMedia({ colorScheme: "dark" });
    wrong.push(...await found(page, ["color-contrast", "link-in-text-block"]));
    if (await height(page) !== before) wrong.push("a theme changes the layout");
    check(`${name} at ${width}, light and dark`, wrong.length === 0,
      wrong.join("; "));
  }
  await page.emulateMedia({ colorScheme: null });
}

// What text of twice the size makes of a page: nothing lost, nothing covered.
async function enlarged(page) {
  return page.evaluate(() => {
    const root = document.documentElement, wrong = [];
    const shown = (one) => one.getClientRects().length > 0;

    root.style.fontSize = "200%";
    if (root.scrollWidth > root.clientWidth) wrong.push("it scrolls sideways");
    for (const one of document.querySelectorAll("main *, header *, footer *"))
      if (shown(one) && getComputedStyle(one).overflow === "hidden" &&
          !one.closest(".vh, svg") && one.scrollHeight > one.clientHeight + 1)
        wrong.push(`cut off: ${one.textContent.trim().slice(0, 40)}`);
    const all = [...document.querySelectorAll(
      "main :is(button, .btn, input, select, summary), main h1")].filter(shown);

    for (const [at, one] of all.entries())
      for (const other of all.slice(at + 1)) {
        const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();

        if (!one.contains(other) && a.left < b.right - 1 &&
            b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
          wrong.push(`${one.outerHTML.slice(0, 60)} covers ${
            other.outerHTML.slice(0, 60)}`);
      }
    root.style.fontSize = "";
    return wrong;
  });
}

// Whoever chose the colours still sees controls by their edges, and the focus.
async function inForcedColours(page) {
  const wrong = await page.evaluate(() => [...document.querySelectorAll(
    "main :is(button, .btn, select, input:not([type=radio], [type=checkbox]))")]
    .filter((one) => one.getClientRects().length > 0 && (
      getComputedStyle(one).borderTopStyle === "none" ||
      getComputedStyle(one).borderTopWidth === "0px"))
    .map((one) => `no edge: ${one.outerHTML.slice(0, 60)}`));

  for (let i = 0; i < 15; i++) {
    await page.keyboard.press("Tab");
    const focus = await visible_focus(page);

    if (focus !== "") wrong.push(focus);
  }
  return wrong;
}

// "" or what the keyboard stands on without anybody seeing it.
export const visible_focus = (page) => page.evaluate(() => {
  const one = document.activeElement;

  if (!one || one === document.body) return "";
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const box = one.getBoundingClientRect();

  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 &&
    box.width > 0 && box.height > 0 ? ""
    : `focus unseen: ${one.outerHTML.slice(0, 60)}`;
});

export async function usable(page, name) {
  await page.setViewportSize({ width: 640, height: 800 });
  const large = await enlarged(page);

  check(`${name} with text at 200 %`, large.length === 0, large.join("; "));
  await page.emulateMedia({ forcedColors: "active" });
  const forced = await inForcedColours(page);

  check(`${name} in forced colours`, forced.length === 0, forced.join("; "));
  await page.emulateMedia({ forcedColors: null });
}

// A page that remembers what the browser complained about.
export async function open(context) {
  const page = await context.newPage();

  page.setDefaultTimeout(60000); // On a machine that is busy.
  page.complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text()))
      page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  return page;
}

// Fill the form in, as a mouse would find its fields.
export async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`[name="${name}"]`).first();
    const type = await field.getAttribute("type");

    if (type === "checkbox") await field.check();
    else if (type === "radio")
      await page.locator(`[name="${name}"][value="${value}"]`).check();
    else if (name === "country") await field.selectOption(value);
    else await field.fill(value);
  }
}

export const shares = {
  shares: "2", on_failure: "refund", given: "Jeanne", family: "d’Arc",
  birth_day: "6", birth_month: "1", birth_year: "1990",
  address: "8 rue des Teinturiers", postcode: "99120", town: "Osmes",
  country: "FR", show: "hidden", consent: "yes", risk: "yes",
};
