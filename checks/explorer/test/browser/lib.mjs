// What the browser tests share: the page with a trace inside, a browser that reaches nothing beyond this machine, a stand-in server.
import { chromium } from "playwright-core";
import { createServer } from "node:http";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { fixtures } from "../../fixtures/generate.mjs";

export const here = dirname(fileURLToPath(import.meta.url));
export const board = join(here, "../../../harness/assets/board.html");
export const names = Object.keys(fixtures);
export const scratch = mkdtempSync(join(tmpdir(), "board-"));
/** Folder for screenshots of failures. */
export const failures = join(here, "../../test-failures");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether a browser is here; without one the tests say so and skip, unless everything is required. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser && process.env.QUORATE_REQUIRE_ALL === "1") throw new Error(`no browser at ${executablePath}, and QUORATE_REQUIRE_ALL=1`);
export const skip = hasBrowser ? false : `no browser at ${executablePath}`;

export const launch = () =>
  chromium.launch({
    executablePath,
    headless: true,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/** The page with a trace inside, as the export writes it. */
export function exported(trace, { gzip = false } = {}) {
  const text = typeof trace === "string" ? trace : JSON.stringify(trace);
  const html = readFileSync(board, "utf8").replace("connect-src 'self'", "connect-src 'none'");
  const body = gzip ? gzipSync(text).toString("base64") : text.replace(/</g, "\\u003c");
  return html.replace('<script type="application/json" id="trace"></script>', () => `<script type="application/json" id="trace"${gzip ? ' data-encoding="gzip+base64"' : ""}>${body}</script>`);
}

/** Writes a page with a trace inside; gives its `file:` address. */
export function pageFile(name, trace, options) {
  const path = join(scratch, `${name}.html`);
  writeFileSync(path, exported(trace, options));
  return pathToFileURL(path).href;
}

export const fixture = (name) => fixtures[name]();

/** A page that records every error and every request that would leave. */
export async function open(browser, url, { width = 1400, height = 900, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]).catch(() => {});
  const page = await context.newPage();
  const seen = { errors: [], requests: [] };
  page.on("console", (m) => m.type() === "error" && seen.errors.push(m.text()));
  page.on("pageerror", (e) => seen.errors.push(String(e)));
  page.on("request", (r) => seen.requests.push(r.url()));
  await page.goto(url);
  return { page, seen, close: () => context.close() };
}

/** A stand-in for the server over the fixtures, for what only a served page does. */
export async function serve(extra = {}) {
  const verified = extra.verified ?? (() => ({ verified: true, sentence: "replayed" }));
  const rows = names.map((id) => row(id, fixture(id)));
  const server = createServer((req, res) => {
    const url = new URL(req.url, "http://localhost");
    const json = (v) => res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(v));
    if (url.pathname === "/") return res.writeHead(200, { "content-type": "text/html" }).end(readFileSync(board));
    if (url.pathname === "/api/runs") return json({ folder: "target/quorate/traces", version: 1, runs: rows, models: extra.models ?? [], ...(extra.report && { report: "report" }) });
    if (url.pathname === "/api/report" && extra.report) return json(extra.report);
    if (url.pathname === "/api/events") return setTimeout(() => json({ version: 1 }), 20_000);
    const [, , kind, id, what] = url.pathname.split("/");
    if (kind === "t" && what === "nearest") return json({ id: "paxos-witness" });
    if (kind === "t" && fixtures[id]) return json(fixture(id));
    if (kind === "verify" && fixtures[id]) return json(verified(id));
    if (kind === "m" && extra.model) return extra.model(url, req, json);
    return res.writeHead(404).end(`There is no trace ${id ?? url.pathname} here.`);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

function row(id, t) {
  const c = t.harness?.check ?? {};
  const groups = { planted: "planted", witness: "witness", refuted: "refutation", demonstration: "demonstration" };
  return {
    id, file: `${id}.itf.json`, protocol: c.protocol ?? "", kind: c.kind ?? "", model: c.model ?? "", scope: c.scope ?? "", property: c.property ?? "", text: c.text ?? "", verdict: c.verdict ?? "", expect: c.expect ?? "",
    description: t["#meta"].description, at: c.at ?? t.states.length - 1, steps: t.states.length - 1, group: groups[c.group] ?? "foreign", signature: id, spark: t.states.map((_, i) => (i * 7) % 5),
  };
}

/** Keeps a picture of a page on which a test failed. */
export async function keep(page, name) {
  mkdirSync(failures, { recursive: true });
  await page.screenshot({ path: join(failures, `${name}.png`) }).catch(() => {});
}
