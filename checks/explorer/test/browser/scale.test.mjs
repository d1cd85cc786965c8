// Ten thousand steps of nine actors: what the page costs beside a short run of the same kind, measured in the same browser
// at the same time. Times by themselves depend on the machine and are only printed.
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

// Milliseconds until the first event of the page is drawn. Other work on the machine can only make it slower, so the best
// of several openings says most.
async function opening(url) {
  const times = [];
  for (let k = 0; k < 4; k++) {
    const { page, close } = await open(browser, "about:blank");
    const began = Date.now();
    await page.goto(url, { waitUntil: "commit" });
    await page.waitForSelector("svg.picture .event");
    times.push(Date.now() - began);
    await close();
  }
  return { best: Math.min(...times), median: median(times) };
}

// For each zoom, milliseconds of the processor that a step takes, best of two rounds, and the elements of the page.
async function stepping(url, from, by) {
  const { page, seen, close } = await open(browser, `${url}#s=${from}`);
  await page.waitForSelector("svg.picture .event");
  await page.waitForTimeout(1500);
  const cdp = await page.context().newCDPSession(page);
  // Time of the processor, not of the clock: other work on the machine is not this page's.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => (await cdp.send("Performance.getMetrics")).metrics.find((m) => m.name === "TaskDuration").value * 1000;
  const zooms = {};
  for (const zoom of ["", "&z=24", "&z=9", "&z=3"]) {
    const rounds = [];
    for (let round = 0; round < 2; round++) {
      await page.goto(`${url}#s=${from}${zoom}`);
      await page.waitForTimeout(300);
      const before = await spent();
      await page.evaluate(async (by) => {
        for (let k = 0; k < by; k++) {
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
        }
      }, by);
      rounds.push(((await spent()) - before) / by);
      assert.equal(Number(await page.locator("[role=slider]").getAttribute("aria-valuenow")), from + by);
    }
    const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
    zooms[zoom || "fit"] = { step: Number(Math.min(...rounds).toFixed(1)), nodes };
  }
  assert.deepEqual(seen.errors, []);
  await close();
  return zooms;
}

test("10,000 steps, 9 actors: opens and steps much as 100 do, under 3,000 nodes", { skip, timeout: 240_000 }, async () => {
  const [short, whole] = [pageFile("short", long(100, 9)), pageFile("long", long(10_000, 9))];
  const opened = { short: await opening(short), long: await opening(whole) };
  const stepped = { short: await stepping(short, 20, 60), long: await stepping(whole, 5000, 60) };
  console.log(`100 and 10,000 steps: opens in ms ${JSON.stringify(opened)}, ms a step and nodes by zoom ${JSON.stringify(stepped)}`);
  // A hundred times as many steps: what grew with them would be a hundred times as slow.
  const step = (zooms) => Math.max(...Object.values(zooms).map((zoom) => zoom.step));
  assert.ok(step(stepped.long) < 6 * step(stepped.short), `a step costs ${step(stepped.long)} ms, in a short run ${step(stepped.short)}`);
  assert.ok(opened.long.best < 25 * opened.short.best, `opens in ${opened.long.best} ms, a short run in ${opened.short.best}`);
  const nodes = Math.max(...Object.values(stepped.long).map((zoom) => zoom.nodes));
  assert.ok(nodes < 3000, `${nodes} nodes`);
});
