// Lighthouse on the main pages: accessibility and best practices are at least
// 95 of 100.  It measures on a telephone of its own; speed is not judged here.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse from "lighthouse";
import { check, result, serve } from "./flow.mjs";

const LEAST = 95;

// Whom this process calls: nobody but this machine.
const called = new Set();
const connect = Socket.prototype.connect;

Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;

  called.add(options?.path ?? options?.host ?? "localhost");
  return connect.apply(this, args);
};

const node = await serve("pages.inc");
const profile = await mkdtemp(join(tmpdir(), "lighthouse-"));
const chromium = spawn(process.env.CHROMIUM ?? "/usr/bin/chromium", [
  "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
  "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--remote-debugging-port=0", `--user-data-dir=${profile}`,
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
{ stdio: "ignore" });

// Chromium writes down the port that it chose.
async function port() {
  for (;;) {
    const text = await readFile(join(profile, "DevToolsActivePort"), "utf8")
      .catch(() => "");

    if (text.includes("\n")) return Number(text.split("\n")[0]);
    if (chromium.exitCode !== null) throw new Error("Chromium has ended");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const json = async (path) => (await fetch(`${node.base}${path}`,
  { headers: { Accept: "application/json" } })).json();

// Throttling is simulated by default: nothing waits for it.
async function measure(path, at) {
  const { lhr } = await lighthouse(`${node.base}${path}`, { port: at,
    logLevel: "error", onlyCategories: ["accessibility", "best-practices"],
    disableFullPageScreenshot: true });

  for (const category of Object.values(lhr.categories)) {
    const score = Math.round(category.score * 100);
    const lost = category.auditRefs.filter(({ id, weight }) => weight > 0 &&
      lhr.audits[id].score !== null && lhr.audits[id].score < 1)
      .map(({ id }) => id);

    check(`${path} ${category.title}: ${score}`, score >= LEAST,
      lost.join(" "));
    if (lost.length > 0) console.log(`# lost by ${lost.join(" ")}`);
  }
}

try {
  const at = await port();
  const campaign = (await json("/pages/campaigns")).campaigns[0].url;
  const pledge = (await json("/pages/pledges")).pledges[0].id;

  for (const path of ["/", "/pages", campaign, `${campaign}/pledge?nature=share`,
    `/pages/pledges/${pledge}`, "/verify?ledger=pages&index=0", "/sign-in",
    "/pages/audit"])
    await measure(path, at);
  check("nothing beyond this machine was called", called.size > 0 &&
    [...called].every((one) => /^(127\.0\.0\.1|localhost|::1|\/.*)$/.test(one)),
  [...called].join(" "));
} finally {
  const ended = new Promise((resolve) => chromium.on("exit", resolve));

  chromium.kill();
  await ended;
  await rm(profile, { recursive: true, force: true });
  node.end();
}
process.exitCode = result.failed > 0 ? 1 : 0;
