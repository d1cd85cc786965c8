// Ten thousand steps of nine actors: how long the page takes to open and to step, and how much of it exists.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { long } from "../../fixtures/others.mjs";
import { launch, open, pageFile, skip } from "./lib.mjs";

let browser;
before(async () => {
  if (!skip) browser = await launch();
});
after(async () => browser?.close());

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

test("10,000 steps, 9 actors: opens under a second, steps under 16 ms, under 3,000 nodes", { skip, timeout: 120_000 }, async () => {
  const url = pageFile("long", long(10_000, 9));
  // Other work on the machine can only make the page slower, so the best of several openings says most about it.
  const opening = [];
  for (let k = 0; k < 4 || (k < 12 && Math.min(...opening) >= 1000); k++) {
    const { page, close } = await open(browser, "about:blank");
    const began = Date.now();
    await page.goto(url, { waitUntil: "commit" });
    await page.waitForSelector("svg.picture .event");
    opening.push(Date.now() - began);
    await close();
  }
  const { page, seen, close } = await open(browser, `${url}#s=5000`);
  await page.waitForSelector("svg.picture .event");
  await page.waitForTimeout(1500);
  const cdp = await page.context().newCDPSession(page);
  // Time of the processor, not of the clock: other work on the machine is not this page's.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => (await cdp.send("Performance.getMetrics")).metrics.find((m) => m.name === "TaskDuration").value * 1000;
  const worst = { nodes: 0, step: 0 };
  const zooms = {};
  for (const zoom of ["", "&z=24", "&z=9", "&z=3"]) {
    await page.goto(`${url}#s=5000${zoom}`);
    await page.waitForTimeout(300);
    const before = await spent();
    await page.evaluate(async () => {
      for (let k = 0; k < 60; k++) {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
      }
    });
    const step = ((await spent()) - before) / 60;
    const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
    zooms[zoom || "fit"] = { step: Number(step.toFixed(1)), nodes };
    worst.nodes = Math.max(worst.nodes, nodes);
    worst.step = Math.max(worst.step, step);
  }
  console.log(`opens in ${Math.min(...opening)} ms (median ${median(opening)}), ms a step and nodes by zoom: ${JSON.stringify(zooms)}`);
  assert.ok(Math.min(...opening) < 1000, `opens in ${opening} ms`);
  assert.ok(worst.step < 16, `steps in ${worst.step.toFixed(1)} ms`);
  assert.ok(worst.nodes < 3000, `${worst.nodes} nodes`);
  assert.equal(Number(await page.locator("[role=slider]").getAttribute("aria-valuenow")), 5060);
  assert.deepEqual(seen.errors, []);
  await close();
});
