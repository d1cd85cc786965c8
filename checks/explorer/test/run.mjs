// Runs the tests under Node's own runner: `core` (the pure part, bundled from TypeScript first) or `browser`.
// An uncaught failure in any file makes the exit code non-zero, and so does an empty set of tests.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const what = process.argv[2] ?? "core";
const only = process.argv[3] ?? "";
let files;
if (what === "core") {
  const out = join(here, "../node_modules/.cache/core-tests");
  rmSync(out, { recursive: true, force: true });
  const names = readdirSync(join(here, "core")).filter((f) => f.endsWith(".test.ts") && f.includes(only));
  await build({
    entryPoints: names.map((f) => join(here, "core", f)),
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outdir: out,
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
  files = names.map((f) => join(out, f.replace(/\.ts$/, ".mjs")));
} else {
  files = readdirSync(join(here, "browser")).filter((f) => f.endsWith(".test.mjs") && f.includes(only)).map((f) => join(here, "browser", f));
}
if (files.length === 0) throw new Error(`no ${what} tests found`);
const run = spawnSync(process.execPath, ["--test", "--test-reporter=spec", "--test-concurrency=1", ...files], { stdio: "inherit" });
process.exit(run.status ?? 1);
