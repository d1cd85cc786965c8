// Every fixture on the board, from a file: first look, keys, addresses, schemes, sizes, accessibility, silence on the wire.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { board, fixture, keep, launch, names, open, pageFile, scratch, serve, skip } from "./lib.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;
before(async () => {
  if (!skip) browser = await launch();
});
after(async () => browser?.close());

const text = (page, selector) => page.locator(selector).first().innerText();
const stepOf = (page) => page.locator("[role=slider]").getAttribute("aria-valuenow").then(Number);
const settled = (page) => page.waitForSelector("[role=slider], [role=alert], .run");

/** The address once it matches: scrubbing writes it when it comes to rest. */
async function at(page, pattern) {
  await page.waitForFunction((source) => new RegExp(source).test(location.href), pattern.source, { timeout: 20_000 });
  return page.url();
}

/** Runs a test on an open page; keeps a picture when it fails; checks that nothing was said on the wire or the console. */
async function on(name, url, options, act) {
  const opened = await open(browser, url, options);
  try {
    await settled(opened.page);
    await act(opened.page, opened.seen);
    assert.deepEqual(opened.seen.errors, [], "console errors");
    const away = opened.seen.requests.filter((r) => !/^(file:|data:|blob:|http:\/\/127\.0\.0\.1:)/.test(r));
    assert.deepEqual(away, [], "requests that leave the machine");
  } catch (e) {
    await keep(opened.page, name);
    throw e;
  } finally {
    await opened.close();
  }
}

async function serious(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ["violations"] })).violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.any.map((a) => a.message).join(" ")}`).slice(0, 3).join(" | ")}`));
  assert.deepEqual(found, [], "serious findings of axe-core");
}

for (const name of names) {
  test(`${name}: opens from a file, says the verdict of the file, moves, and comes back by its address`, { skip }, async () => {
    const file = fixture(name);
    const check = file.harness?.schema === "protocol-trace/1" ? file.harness.check : undefined;
    const url = pageFile(name, file);
    await on(name, url, {}, async (page, seen) => {
      const title = await text(page, "h1");
      if (check) {
        assert.match(title, check.verdict === "reached" ? /REACHED/ : /VIOLATED/);
        assert.ok(title.includes(check.text), title);
        if (file.loop === undefined) assert.equal(await stepOf(page), check.at, "opens at the step of the verdict");
        const spoken = await page.locator("[role=slider]").getAttribute("aria-valuetext");
        if (file.loop === undefined) assert.match(spoken, new RegExp(`^step ${check.at} of ${file.states.length - 1}, `));
      }
      const last = file.states.length - 1;
      await page.keyboard.press("Home");
      assert.equal(await stepOf(page), 0);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("l");
      assert.equal(await stepOf(page), 2);
      await page.keyboard.press("ArrowLeft");
      assert.equal(await stepOf(page), 1);
      await page.keyboard.press("G");
      assert.equal(await stepOf(page), last);
      await page.keyboard.press("g");
      await page.keyboard.press("ArrowRight");
      const address = await at(page, /#.*s=1/);
      await page.goto("about:blank");
      await page.goto(address);
      await settled(page);
      assert.equal(await stepOf(page), 1, "the address restores the step");
      assert.equal(seen.requests.filter((r) => !/^(file|data|about|blob)/.test(r)).length, 0);
    });
  });

  test(`${name}: light and dark, wide and narrow, without a serious finding`, { skip }, async () => {
    const url = pageFile(name, fixture(name));
    for (const [width, colorScheme] of [
      [1400, "light"],
      [1400, "dark"],
      [420, "light"],
    ]) {
      await on(`${name}-${width}-${colorScheme}`, url, { width, colorScheme }, async (page) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `the page is ${wide} px wide in a window of ${width}`);
        const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(background, colorScheme === "dark" ? "rgb(18, 22, 29)" : "rgb(255, 255, 255)");
        await serious(page);
      });
    }
  });
}

test("a link to a step, a pin and an actor that do not exist shows the notice and the nearest view", { skip }, async () => {
  const url = pageFile("paxos-agreement", fixture("paxos-agreement"));
  await on("bad-link", `${url}#s=99&pin=nobody.here&a=z9`, {}, async (page) => {
    assert.equal(await stepOf(page), 18);
    const notices = await text(page, ".notices");
    assert.match(notices, /asks for step 99/);
    assert.match(notices, /nobody\.here/);
    assert.match(notices, /z9/);
    assert.equal(await page.locator(".lane-name").count(), 6, "all lanes are shown");
  });
});

test("the address restores pins, filter, baseline, search, orientation and theme", { skip }, async () => {
  const url = pageFile("paxos-agreement", fixture("paxos-agreement"));
  await on("restore", `${url}#s=7&pin=acceptors.a2.promised&f=cone&base=3&d=base&q=kind:Vote&v=h&theme=dark`, {}, async (page) => {
    assert.equal(await stepOf(page), 7);
    assert.match(await text(page, ".names"), /acceptors\.a2\.promised/);
    assert.equal(await page.locator("#search").inputValue(), "kind:Vote");
    assert.match(await text(page, ".found"), /2 of 4/);
    assert.match(await text(page, "#h-changed"), /since step 3/);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    assert.ok((await page.locator(".dim").count()) >= 0);
    assert.equal(await page.locator('[aria-pressed="true"]', { hasText: "only causes" }).count(), 1);
  });
});

test("keys do what the sheet says", { skip }, async () => {
  const url = pageFile("paxos-agreement", fixture("paxos-agreement"));
  await on("keys", url, {}, async (page) => {
    const press = async (key, want) => {
      await page.keyboard.press(key);
      assert.equal(await stepOf(page), want, `after ${key}`);
    };
    await press("E", 9);
    await press("e", 18);
    await press("M", 16);
    await press("m", 18);
    await press("k", 13);
    await press("j", 18);
    await page.keyboard.press("c");
    await at(page, /f=cone/);
    await page.keyboard.press("n");
    await at(page, /f=necessary/);
    await page.keyboard.press("Escape");
    await at(page, /^(?!.*f=)/);
    await page.keyboard.press("b");
    await at(page, /base=18/);
    await page.keyboard.press("d");
    await at(page, /d=full/);
    await page.keyboard.press("/");
    await page.keyboard.type("crash before actor:p2");
    await page.keyboard.press("Enter");
    assert.equal(await stepOf(page), 12);
    await page.keyboard.press("Escape");
    await page.keyboard.press("v");
    await at(page, /v=v/);
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog[open]", { state: "detached" });
    await page.keyboard.press("Y");
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /\*\*VIOLATED: agreement\*\*/);
    assert.match(copied, /sequenceDiagram/);
  });
});

test("clicking selects, shift-clicking asks whether one is a cause of the other", { skip }, async () => {
  const url = pageFile("lock-mutex", fixture("lock-mutex"));
  await on("click", url, {}, async (page) => {
    const place = await page.evaluate(() => {
      const box = document.querySelector("svg.picture").getBoundingClientRect();
      const texts = [...document.querySelectorAll(".axis text")];
      return [1, 4].map((i) => {
        const b = texts.find((t) => t.textContent === String(i)).getBoundingClientRect();
        return { x: b.x + b.width / 2, y: box.y + 40 };
      });
    });
    await page.mouse.click(place[1].x, place[1].y);
    assert.equal(await stepOf(page), 4);
    await page.keyboard.down("Shift");
    await page.mouse.click(place[0].x, place[0].y);
    await page.keyboard.up("Shift");
    assert.match(await text(page, ".answer"), /concurrent: neither is a cause of the other/);
    await page.goBack();
  });
});

test("an export opens offline, plain and compressed, and a hostile text stays text", { skip }, async () => {
  const file = fixture("lock-mutex");
  file["#meta"].description = '</script><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
  file.harness.actors[0].name = "<b>client</b>";
  for (const gzip of [false, true]) {
    const url = pageFile(`export-${gzip}`, file, { gzip });
    const opened = await open(browser, url);
    await opened.page.context().setOffline(true);
    await opened.page.reload();
    await settled(opened.page);
    assert.match(await text(opened.page, "h1"), /VIOLATED/);
    assert.equal(await opened.page.evaluate(() => window.hacked), undefined);
    assert.match(await text(opened.page, ".names"), /<b>client<\/b>/);
    assert.deepEqual(opened.seen.errors, []);
    await opened.close();
  }
});

test("the page saves itself with its trace, and the copy opens", { skip }, async () => {
  const url = pageFile("paxos-witness", fixture("paxos-witness"));
  await on("save", url, {}, async (page) => {
    await page.getByRole("button", { name: /share/ }).click();
    const waiting = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: /offline/ }).click();
    const path = `${scratch}/saved.html`;
    await (await waiting).saveAs(path);
    const again = await open(browser, `file://${path}#s=3`);
    await settled(again.page);
    assert.match(await text(again.page, "h1"), /REACHED/);
    assert.equal(await stepOf(again.page), 3);
    assert.deepEqual(again.seen.errors, []);
    await again.close();
  });
});

test("dragging the axis keeps a range of steps and folds the others", { skip }, async () => {
  const url = pageFile("paxos-agreement", fixture("paxos-agreement"));
  await on("range", url, {}, async (page) => {
    const place = (i) => page.evaluate((n) => {
      const b = [...document.querySelectorAll(".axis text")].find((t) => t.textContent === String(n)).getBoundingClientRect();
      return { x: b.x + b.width / 2, y: b.y + b.height / 2 };
    }, i);
    await page.locator(".stage").evaluate((el) => el.scrollTo(0, 0));
    const [from, to] = [await place(4), await place(8)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, from.y);
    await page.mouse.move(to.x, to.y);
    assert.equal(await page.locator(".column.dragged").count(), 1);
    await page.mouse.up();
    await at(page, /r=4-8/);
    assert.equal(await stepOf(page), 18, "no step is selected by it");
    const kept = await page.locator(".axis text").allTextContents();
    assert.deepEqual(kept.map(Number), [0, 1, 4, 5, 6, 7, 8, 9, 18]);
    assert.deepEqual(await page.locator(".folded text").allTextContents(), ["⋯ 3", "⋯ 9"]);
    await page.keyboard.press("Escape");
    await at(page, /^(?!.*r=4)/);
    await page.keyboard.press("g");
    await page.keyboard.press(".");
    await at(page, /r=0-0/);
  });
});

test("a map of another tool's trace becomes lanes when asked, by address and again next time", { skip }, async () => {
  const file = fixture("foreign-bank");
  const url = pageFile("foreign-lanes", file);
  await on("lanes", url, {}, async (page) => {
    await page.locator(".foreign").getByRole("button", { name: "balances", exact: true }).click();
    await page.waitForSelector(".lane-name");
    assert.deepEqual(await page.locator(".lane-name").allInnerTexts(), ["alice", "bob"]);
    assert.ok((await page.locator(".bar.span").count()) >= 4, "the values are spans");
    const address = await at(page, /lanes=balances/);
    await serious(page);
    await page.goto("about:blank");
    await page.goto(address.replace(/#.*/, ""));
    await page.waitForSelector(".lane-name");
    await page.getByRole("button", { name: "show as a table" }).click();
    await page.waitForSelector(".foreign");
    await page.goto("about:blank");
    await page.goto(address);
    await page.waitForSelector(".lane-name");
  });
});

test("the kill matrix says what is caught, what escapes and what is missed, and leads to the runs", { skip }, async () => {
  const found = (verdict, more = {}) => [{ verdict, properties: ["PX-S1"], scope: "duel", ...more }];
  const report = {
    title: "Planted defects", says: "What is known to be wrong.", layers: ["model", "core"],
    defects: [
      { id: "P01", what: "quorums do not intersect", found: { model: found("caught", { steps: 18, file: "paxos-agreement.itf.json" }), core: found("escapes") } },
      { id: "P02", what: "no defect at all", found: { core: found("missed") } },
    ],
  };
  const server = await serve({ report });
  try {
    await on("kills", server.url, {}, async (page) => {
      await page.getByRole("button", { name: "known defects by layer" }).click();
      await page.waitForSelector(".kills table");
      assert.match(await text(page, "main"), /1 defect of 2 missed/);
      const rows = await page.locator(".kills tbody tr").allInnerTexts();
      assert.match(rows[0], /P01 quorums do not intersect[\s\S]*PX-S1 in 18 steps[\s\S]*escapes/);
      assert.match(rows[1], /·[\s\S]*MISSED: PX-S1/);
      await serious(page);
      await page.getByRole("link", { name: /PX-S1 in 18/ }).click();
      await page.waitForSelector("[role=slider]");
    });
  } finally {
    await server.close();
  }
});

test("a file of another tool opens as a table with nested differences", { skip }, async () => {
  await on("foreign", `${pageFile("foreign-bank", fixture("foreign-bank"))}#s=3`, {}, async (page) => {
    assert.equal(await page.locator(".foreign tbody tr").count(), 4);
    const changes = await text(page, ".foreign section");
    assert.match(changes, /balances[\s\S]*alice\s+1\s+→\s+-1/);
    assert.match(changes, /seen[\s\S]*2 new/);
  });
});

test("an unknown schema shows the states and says so", { skip }, async () => {
  await on("future", pageFile("future-schema", fixture("future-schema")), {}, async (page) => {
    assert.match(await text(page, ".notices"), /protocol-trace\/9/);
    assert.equal(await page.locator(".foreign tbody tr").count(), 10);
  });
});

test("a file that is no trace is refused in a sentence", { skip }, async () => {
  await on("no-trace", pageFile("no-trace", '{"hello": 1}'), {}, async (page) => {
    assert.match(await text(page, "[role=alert]"), /no list of states/);
  });
});

test("a file dropped on the empty page opens", { skip }, async () => {
  const page = await open(browser, `file://${board}`);
  assert.match(await text(page.page, "h1"), /Open a trace/);
  await page.page.setInputFiles("input[type=file]", { name: "x.itf.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(fixture("paxos-starved"))) });
  await settled(page.page);
  assert.match(await text(page.page, ".culprit"), /repeat forever/);
  await page.close();
});

test("the served runs page groups the runs and opens them; a missing one says so", { skip }, async () => {
  const server = await serve();
  try {
    await on("runs", `${server.url}#/t/nothing`, {}, async (page, seen) => {
      assert.match(await text(page, "[role=alert]"), /There is no trace nothing here/);
      seen.errors.length = 0; // The browser itself logs the 404.
      await page.getByRole("button", { name: "all runs" }).click();
      await page.waitForSelector(".run");
      const headings = await page.locator(".runs h2").allInnerTexts();
      assert.deepEqual(headings.map((h) => h.replace(/\s+\d+$/, "")), ["Refuted, as expected", "Demonstrations", "Planted defects", "Witnesses", "Other traces"]);
      await serious(page);
      await page.locator(".run a", { hasText: "PX-S1" }).first().click();
      await settled(page);
      await page.waitForSelector(".badge.good");
      await page.goBack();
      await page.waitForSelector(".run");
    });
  } finally {
    await server.close();
  }
});

test("a trace that does not replay says so loudly, and has no badge", { skip }, async () => {
  const server = await serve({ verified: () => ({ verified: false, sentence: "step 5: the state differs: owner is none, the trace says c2" }) });
  try {
    await on("corrupt", `${server.url}#/t/lock-mutex`, {}, async (page) => {
      await page.waitForSelector(".badge.wrong");
      assert.match(await text(page, ".badge.wrong"), /does not replay: step 5/);
      assert.equal(await page.locator(".badge.good").count(), 0);
    });
  } finally {
    await server.close();
  }
});

test("two runs compare side by side", { skip }, async () => {
  const server = await serve();
  try {
    await on("compare", `${server.url}#/t/paxos-agreement`, {}, async (page) => {
      await page.keyboard.press("x");
      await page.waitForSelector(".aligned");
      assert.match(await text(page, ".compare"), /Shared: steps 0 to 3\. First difference: step 4\./);
      assert.match(await text(page, ".compare section"), /promises/);
      await serious(page);
    });
  } finally {
    await server.close();
  }
});

/** A model of the stand-in server: its path is the agreement run, cut where the tokens end. */
function model(url, req, json) {
  const run = fixture("paxos-agreement");
  if (url.pathname.endsWith("/graph")) {
    const nodes = Array.from({ length: 15 }, (_, i) => ({ level: Math.floor(Math.log2(i + 1)), parent: i === 0 ? null : (i - 1) >> 1, token: i === 0 ? "init" : `t${i}`, breaks: i === 12 ? ["PX-S1"] : [], end: i > 6 }));
    const edges = nodes.slice(1).map((n, i) => ({ from: n.parent, to: i + 1, kind: i % 2 ? "Vote" : "Campaign" }));
    return json({ model: "single-decree", says: "a small one", nodes, edges, levels: [1, 2, 4, 8], cut: false, kinds: ["Campaign", "Vote", "Crash"], claims: [{ id: "PX-S1", text: "agreement", kind: "always" }] });
  }
  let body = "";
  req.on("data", (d) => (body += d));
  req.on("end", () => {
    assert.equal(req.headers["x-board"], "1");
    const length = Math.max(1, JSON.parse(body).tokens.length);
    const { harness } = run;
    const alternatives = harness.alternatives.slice(0, length);
    alternatives[length - 1] = alternatives[length - 1].map((a) => ({ ...a, taken: false }));
    json({ ...run, states: run.states.slice(0, length), harness: { ...harness, check: { ...harness.check, verdict: "open", at: undefined }, steps: harness.steps.slice(0, length), alternatives, messages: harness.messages.filter((m) => m.sent < length).map((m) => (m.recv < length ? m : { ...m, recv: undefined, fate: "in-flight" })), properties: harness.properties.map((p) => ({ ...p, values: p.values.slice(0, length) })), spans: [], annotations: [], risk: [] } });
  });
}

test("a live model is driven by digits, back and forth, and its address is its path", { skip }, async () => {
  const server = await serve({ model });
  try {
    await on("live", `${server.url}#/m/single-decree/`, {}, async (page) => {
      assert.match(await text(page, "h1"), /EXPLORING\s+single-decree/);
      assert.ok((await page.locator(".ghost").count()) >= 1, "what can happen next is on the lanes");
      await page.keyboard.press("1");
      await at(page, /#\/m\/single-decree\/[0-9a-f]{4}$/);
      await page.keyboard.press("1");
      await at(page, /#\/m\/single-decree\/[0-9a-f]{4}\.[0-9a-f]{4}$/);
      await page.waitForFunction(() => document.querySelector("[role=slider]").getAttribute("aria-valuemax") === "1");
      await page.getByRole("button", { name: "take back a step" }).click();
      await at(page, /#\/m\/single-decree\/[0-9a-f]{4}$/);
      await page.waitForSelector(".branches button");
      assert.equal(await page.locator(".branches button").count(), 2, "the way left behind is a branch");
      await page.keyboard.press("[");
      await at(page, /#\/m\/single-decree\/[0-9a-f]{4}\.[0-9a-f]{4}$/);
      await page.goBack();
      await at(page, /#\/m\/single-decree\/[0-9a-f]{4}$/);
      await serious(page);
    });
  } finally {
    await server.close();
  }
});

test("the space shows what breaks, what ends, and actions that never happen first", { skip }, async () => {
  const server = await serve({ model });
  try {
    const opened = await open(browser, `${server.url}#/space/single-decree`);
    await opened.page.waitForSelector("canvas.graph");
    assert.match(await text(opened.page, ".sentence"), /All 15 states.*1 state breaks a property.*8 states are ends/s);
    assert.match(await text(opened.page, "#h-cover + table tbody tr"), /Crash\s+NEVER/);
    await serious(opened.page);
    await opened.page.locator("canvas.graph").click({ position: { x: 1, y: 1 } });
    assert.deepEqual(opened.seen.errors, []);
    await opened.close();
  } finally {
    await server.close();
  }
});

test("every served page in light and dark, wide and narrow, without a serious finding", { skip }, async () => {
  const found = { model: [{ verdict: "caught", properties: ["PX-S1"], scope: "duel", steps: 18, file: "paxos-agreement.itf.json" }] };
  const report = { title: "Known defects", says: "What is known to be wrong.", layers: ["model"], defects: [{ id: "P01", what: "quorums do not intersect", found }] };
  const models = [{ name: "single-decree", protocol: "paxos", kind: "exhaustive", model: "single-decree", scope: "small", says: "a small one" }];
  const server = await serve({ model, report, models });
  try {
    for (const page of ["#/", "#/report", "#/space/single-decree", "#/m/single-decree/init", "#/x/paxos-agreement/paxos-witness"]) {
      for (const [width, colorScheme] of [[1280, "dark"], [420, "light"], [420, "dark"]]) {
        const opened = await open(browser, `${server.url}${page}`, { width, colorScheme });
        await opened.page.waitForSelector(".run, .kills, canvas.graph, [role=slider], .aligned");
        assert.ok((await opened.page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${page} fits into ${width}`);
        await serious(opened.page);
        assert.deepEqual(opened.seen.errors, [], page);
        await opened.close();
      }
    }
  } finally {
    await server.close();
  }
});
