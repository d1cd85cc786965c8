// Takes the pictures of the documentation: `node shots.mjs [ADDRESS OF A RUNNING EXPLORER]`.
// What the server has is taken from it; the rest from the fixtures.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fixture, launch, open, pageFile } from "./test/browser/lib.mjs";

const out = join(dirname(fileURLToPath(import.meta.url)), "docs");
const base = process.argv[2]?.replace(/#.*$/, "");
const runs = base === undefined ? [] : (await (await fetch(`${base}api/runs`)).json()).runs;
const models = base === undefined ? [] : (await (await fetch(`${base}api/runs`)).json()).models;
const find = (test) => runs.find(test)?.id;
const ofTrace = (id, more = "") => (id === undefined ? undefined : `${base}#/t/${id}${more}`);
const ofFixture = (name, more = "") => `${pageFile(name, fixture(name))}#${more}`;

const article = find((r) => r.model === "naive-n1" && r.property === "PX-S1");
const agreement = find((r) => r.model === "single-decree" && r.property === "PX-S1" && r.group === "planted");
const storm = find((r) => r.group === "demonstration");
const mismatch = find((r) => r.file.includes("p03-duel")) ?? find((r) => r.property === "refines" && r.verdict === "violated");
const shots = [
  ["runs", base === undefined ? undefined : `${base}#/`],
  ["article", ofTrace(article)],
  ["agreement", ofTrace(agreement) ?? ofFixture("paxos-agreement")],
  ["narrow", ofTrace(article) ?? ofFixture("paxos-agreement"), { width: 420, height: 860, colorScheme: "dark" }],
  ["crash", ofFixture("paxos-agreement")],
  ["storm", ofTrace(storm), { width: 1500, height: 700 }],
  ["commit", ofTrace(find((r) => r.model === "two-phase-commit" && r.group === "planted"))],
  ["defects", base === undefined ? undefined : `${base}#/report`],
  ["lock", ofFixture("lock-mutex")],
  ["lasso", ofFixture("paxos-starved")],
  ["refinement", ofTrace(mismatch) ?? ofFixture("paxos-refinement")],
  ["space", models.some((m) => m.name === "naive-n1") ? `${base}#/space/naive-n1` : undefined],
  ["live", models.some((m) => m.name === "single-decree") && agreement !== undefined ? "live" : undefined],
];

mkdirSync(out, { recursive: true });
const browser = await launch();
for (const [name, url, options] of shots) {
  if (url === undefined) {
    console.log(`${name}: skipped, the server has none`);
    continue;
  }
  const { page, seen, close } = await open(browser, url === "live" ? ofTrace(agreement) : url, { width: 1280, height: 800, ...options });
  await page.waitForSelector("[role=slider], .run, .graph, .kills");
  await page.waitForTimeout(900);
  if (url === "live") {
    await page.getByRole("button", { name: /go on live/ }).click();
    await page.waitForSelector(".ghost");
    await page.waitForTimeout(500);
  }
  await page.screenshot({ path: join(out, `${name}.png`) });
  if (seen.errors.length > 0) throw new Error(`${name}: ${seen.errors.join("; ")}`);
  console.log(`${name}: ${page.url().replace(/^.*#/, "#")}`);
  await close();
}
await browser.close();
