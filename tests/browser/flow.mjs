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
export async function serve(transcript) {
  const server = spawn(`${here}../api/run`,
    ["--serve", `${here}../api/${transcript}`],
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
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth > document.documentElement.clientWidth);

  check(`${name} needs no sideways scrolling`, !wide);
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
