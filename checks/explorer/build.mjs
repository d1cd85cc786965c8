// Builds the one self-contained page that the harness embeds. The same sources give the same bytes.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../harness/assets/board.html");
/** More than this, and the page has lost its way. */
const BUDGET = 150_000;

const common = { absWorkingDir: here, bundle: true, minify: true, write: false, legalComments: "eof", logLevel: "warning", charset: "utf8" };
const script = (await build({ ...common, entryPoints: ["src/view/main.tsx"], format: "iife", target: "es2022", jsx: "transform", jsxFactory: "h", jsxFragment: "Fragment", inject: ["src/view/jsx.ts"], tsconfigRaw: {} })).outputFiles[0].text.trim();
const style = (await build({ ...common, entryPoints: ["src/style.css"] })).outputFiles[0].text.trim();
if (/<\/script|<!--/i.test(script)) throw new Error("the script would end its own element");
// Neither the bundle nor its packages say whose they are in a comment that survives, so the notices stand here.
const notices = ["preact", "@preact/signals", "@preact/signals-core"].map((name) => {
  const root = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const who = /^copyright.*$/im.exec(readFileSync(join(root, "LICENSE"), "utf8"))?.[0] ?? "";
  return ` * ${name} ${version} (${license}) ${who}`;
});
const legal = `/*! This page contains:\n${notices.join("\n")}\n */`;
const whole = `${script}\n${legal}`;
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const csp = `default-src 'none'; script-src ${hash(whole)}; style-src ${hash(style)}; img-src data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'`;
const page = readFileSync(join(here, "src/page.html"), "utf8")
  .replace("@CSP@", () => csp)
  .replace("@STYLE@", () => style)
  .replace("@SCRIPT@", () => whole);
const size = Buffer.byteLength(page);
if (size > BUDGET) throw new Error(`the page is ${size} bytes, the budget is ${BUDGET}`);
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, page);
console.log(`${target}: ${size} bytes`);
