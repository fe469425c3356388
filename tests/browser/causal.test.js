// Causal results: maps of what a changed activation makes of the answer, the pairs behind them, and what one asks next.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { open, painters } from "./browser.js";
import { figure, number, table } from "./figures.js";
import { inspector, run, status } from "./page.js";
import { stage, violations } from "./stage.js";

const noAdapter = /No available adapters/;
const ioi = { set: "ioi", flip: "ABB->ABA", n: 4, seed: 1 };
const pair = {
  text: "Then, Mary and John went to the store. John gave a drink to",
  corrupted: "Then, Mary and John went to the store. Mary gave a drink to",
  answer: " Mary",
  distractor: " John",
};

/** Runs an experiment of the demo model to its end and gives its id and the figures of its result, by name. */
async function result(page, prompts, analysis) {
  const experiment = { model: "demo", prompts, analysis };
  const stored = await page.evaluate(async (experiment) => {
    const body = JSON.stringify(experiment);
    const headers = { "content-type": "application/json" };
    const answer = await (await fetch("/api/runs", { method: "POST", headers, body })).json();
    if (!answer.id) throw new Error(JSON.stringify(answer));
    await (await fetch(`/api/runs/${answer.id}/events`)).text();
    return { id: answer.id, ...(await (await fetch(`/api/results/${answer.id}`)).json()) };
  }, experiment);
  const figures = stored.events.filter((event) => event.event === "figure");
  return { id: stored.id, figures: Object.fromEntries(figures.map((event) => [event.name, event])) };
}

/** The numbers of a figure's table, row by row. */
const shown = async (page, name) => (await table(page, name)).rows.flatMap((row) => row.slice(1).map(number));

function same(found, wanted) {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-4, `${i}: ${value} is shown for ${wanted[i]}`));
}

const map = (page, name) => figure(page, name).getByRole("application");

for (const painter of painters) {
  describe(`causal results, ${painter.name}`, () => {
    let page;
    stage((on) => ({ page } = on), painter);

    test("a map shows the mean, a head its pairs, and a pair its own map", async () => {
      const { id, figures } = await result(page, ioi, { kind: "activation_patching", site: "z" });
      await page.goto(`/r/${id}`);
      await map(page, "patched_z").waitFor();
      const renderer = await figure(page, "patched_z").locator("canvas").getAttribute("data-renderer");
      assert.equal(renderer, painter.webgpu ? "webgpu" : "canvas");
      same(await shown(page, "patched_z"), figures.patched_z.values);
      const strip = await figure(page, "summary").innerText();
      assert.match(strip, /Clean\s+[+−][\d.]+\s+± [\d.]+ · 1 in the figures/);

      // the first head of the first layer, left to right
      await map(page, "patched_z").click({ position: { x: 4, y: 4 } });
      const { element, head } = await inspector(page);
      assert.equal(head, "L0H0");
      assert.equal(await element.locator('[data-effect="patched_z"] .spark g').count(), 4);
      await element.locator('[data-effect="patched_z"] .spark g').nth(2).click();
      await page.getByRole("button", { name: "pair 3" }).click();
      const [, ...shape] = figures.patched_z_pairs.shape;
      const size = shape.reduce((a, b) => a * b);
      same(await shown(page, "patched_z"), figures.patched_z_pairs.values.slice(2 * size, 3 * size));

      const link = page.url();
      assert.match(link, /head=L0H0&prompt=3.*pairs=one/);
      await page.reload();
      await page.getByRole("button", { name: "pair 3", pressed: true }).waitFor();
      await page.getByRole("button", { name: "mean of 4" }).click();
      same(await shown(page, "patched_z"), figures.patched_z.values);
    });

    test("several sites stand one under the other, with the tokens of the pair", async () => {
      const analysis = { kind: "activation_patching", site: ["resid_pre", "attn_out"] };
      const { id, figures } = await result(page, [pair], analysis);
      await page.goto(`/r/${id}`);
      await map(page, "patched_attn_out").waitFor();
      same(await shown(page, "patched_resid_pre"), figures.patched_resid_pre.values);
      const differs = figure(page, "patched_resid_pre").locator(".lab.differs");
      await differs.first().waitFor();
      assert.equal(await differs.count(), 1);
      assert.equal(await differs.textContent(), " John Mary");

      // by the keys to the last layer and the last position
      const cells = map(page, "patched_resid_pre");
      await cells.focus();
      await page.keyboard.press("ArrowRight");
      for (let i = 0; i < 40; i += 1) await page.keyboard.press("ArrowDown");
      await page.keyboard.press("End");
      assert.match(await figure(page, "patched_resid_pre").locator(".tip").innerText(), /^L3 · to [+−][\d.]+ share/);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "L3 · to" }).waitFor();
      assert.match(page.url(), /cell=L3P\d+/);
      await cells.blur();
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "L3 · to" }).waitFor({ state: "detached" });
      assert.equal(await page.getByText("the two runs are the same").count(), 1);
    });

    test("the other direction is one click away, and shows what is lost", async () => {
      const { id } = await result(page, ioi, { kind: "activation_patching", site: "z" });
      await page.goto(`/r/${id}`);
      await page.getByRole("button", { name: "Patch in the other direction" }).click();
      await page.getByText(/one corrupted z replaces the clean one/).waitFor();
      await status(page, "done");
      const stored = await page.evaluate(async () => {
        const { events } = await (await fetch(`/api/results/${location.pathname.split("/")[2]}`)).json();
        return events.filter((event) => event.name === "patched_z").at(-1).values;
      });
      same(await shown(page, "patched_z"), stored.map((value) => value - 1));
    });

    test("one position at a time: the largest of each head, one position, the heads of a layer", async () => {
      const analysis = { kind: "activation_patching", site: "z", by_position: true };
      const { id, figures } = await result(page, [pair], analysis);
      await page.goto(`/r/${id}`);
      const name = "patched_z_by_position";
      await map(page, name).waitFor();
      const { shape, values } = figures[name];
      const positions = shape[2];
      const largest = (cells) => cells.reduce((a, b) => (Math.abs(b) >= Math.abs(a) ? b : a));
      const cells = Array.from({ length: shape[0] * shape[1] }, (_, i) => values.slice(i * positions, (i + 1) * positions));
      const of = async () => (await shown(page, name)).map(Math.abs);
      same(await of(), cells.map((cell) => Math.abs(largest(cell))));
      await figure(page, name).getByTitle(`Position ${positions - 1}`).click();
      same(await shown(page, name), cells.map((cell) => cell[positions - 1]));
      assert.equal((await shown(page, `${name}:layer`)).length, shape[1] * positions);
    });

    test("a head of a path map becomes the next receiver, and the link has the trail", async () => {
      const { id, figures } = await result(page, ioi, { kind: "path_patching", receiver: { site: "logits" } });
      const changes = figures.path_to_logits.values.map((value) => value - 1);
      await page.goto(`/r/${id}?head=L2H5`);
      await map(page, "path_to_logits").waitFor();
      same(await shown(page, "path_to_logits"), changes);
      await page.getByRole("group", { name: "The next receiver" }).getByRole("button", { name: "queries" }).click();
      await map(page, "path_to_L2H5_q").waitFor();
      await status(page, "done");
      const trail = figure(page, "trail");
      // events of a run that is followed come again from the first: the number is refined until all pairs are in
      const change = changes[2 * 8 + 5];
      const words = Math.abs(change).toFixed(3);
      const edge = () => trail.locator(".effect", { hasText: words }).waitFor();
      await edge();
      assert.match(page.url(), /trail=logits@0,L2H5_q@0/);

      await page.reload();
      await map(page, "path_to_L2H5_q").waitFor();
      assert.equal(await trail.locator(".node").count(), 2);
      await edge();
      await trail.getByRole("button", { name: "the logits" }).click();
      await map(page, "path_to_logits").waitFor();
      assert.equal(await trail.locator(".node").count(), 2);
    });

    test("the form has every receiver and the named positions of a result", async () => {
      const receiver = [{ site: "q", layer: 2, head: 5 }, { site: "mlp_pre", layer: 1 }];
      const { id } = await result(page, ioi, { kind: "path_patching", receiver, positions: ["S2", "end"] });
      await page.goto(`/r/${id}`);
      await map(page, "path_to_L2H5_q+L1_mlp_pre").waitFor();
      const [to, at] = [page.getByLabel("Paths to", { exact: true }), page.getByLabel(/^At positions/)];
      assert.deepEqual([await to.inputValue(), await at.inputValue()], ["L2H5_q, L1_mlp_pre", "S2, end"]);
      await to.fill("L2H5_q, L1_what");
      await to.blur();
      await page.getByText(/^Write logits, or inputs of heads/).waitFor();
      await to.fill("L1_mlp_pre, L3H1_k");
      await at.fill("S2");
      await at.blur();
      await page.getByText(/^Write logits, or inputs of heads/).waitFor({ state: "detached" });
      await run(page);
      await map(page, "path_to_L1_mlp_pre+L3H1_k").waitFor();
      await status(page, "done");
      const { experiment } = await page.evaluate(async () => (await fetch(`/api/results/${location.pathname.split("/")[2]}`)).json());
      assert.deepEqual(experiment.analysis.positions, ["S2"]);
      assert.deepEqual(experiment.analysis.receiver, [{ site: "mlp_pre", layer: 1 }, { site: "k", layer: 3, head: 1 }]);
    });

    test("an estimate by gradients has its map, and is put beside patching", async () => {
      const { id, figures } = await result(page, [pair], { kind: "attribution_patching", site: "z" });
      await page.goto(`/r/${id}`);
      await map(page, "attributed_z").waitFor();
      same(await shown(page, "attributed_z"), figures.attributed_z.values);
      await page.getByRole("button", { name: "Compare with patching" }).click();
      await figure(page, "compared_z").waitFor();
      await status(page, "done");
      assert.match(await figure(page, "agreement").innerText(), /correlation z\s+0\.\d+/);
    });

    test("neurons are ablated one by one, and the largest are listed", async () => {
      const { id, figures } = await result(page, [pair], { kind: "ablation", site: "neuron", layer: 1, method: "zero" });
      assert.equal(figures.ablated_neuron.series[0].y.length, figures.ablated_neuron.x.length);
      await page.goto(`/r/${id}`);
      await figure(page, "ablated_neuron").waitFor();
      const rows = figure(page, "top_neurons").locator("tbody tr");
      await rows.first().waitFor();
      assert.equal(await rows.count(), 20);
      assert.match(await rows.first().innerText(), new RegExp(figures.top_neurons.rows[0][0]));
    });

    test("heads are switched off in the inspector, one and then a set", async () => {
      const off = (...heads) => ({
        kind: "intervene",
        interventions: heads.map(([layer, head]) => ({ site: "z", layer, head, method: "zero" })),
      });
      const { id } = await result(page, [pair], { kind: "attribution" });
      const answer = async (ablation) => {
        const { values } = (await result(page, [pair], ablation)).figures.effect;
        await page.locator(".ablated[aria-busy=false] .effect-line b").waitFor();
        const line = page.locator(".effect-line");
        await line.locator("b", { hasText: `${Math.abs(values.ablated).toFixed(3)}` }).waitFor();
        assert.ok(Math.abs(number(await line.locator(".num").first().innerText()) - values.clean) <= 6e-4);
      };
      await page.goto(`/r/${id}?head=L2H5`);
      await page.getByRole("checkbox", { name: "Ablate L2H5" }).check();
      await answer(off([2, 5]));
      assert.ok((await page.locator('[data-figure="top_tokens"] tbody tr').count()) >= 5);

      await page.goto(`/r/${id}?head=L0H3&ablate=L2H5`);
      await page.getByRole("checkbox", { name: "Ablate L0H3" }).check();
      await answer(off([0, 3], [2, 5]));
      assert.match(page.url(), /ablate=L0H3,L2H5/);
      await page.getByRole("button", { name: "Do not ablate L2H5" }).click();
      await answer(off([0, 3]));
    });

    test("the page never complained", () => page.clean(noAdapter));
  });
}

describe("the looks of causal results", () => {
  let server, browser, address;
  stage(async (on) => {
    ({ server, browser } = on);
    const analysis = { kind: "activation_patching", site: ["resid_pre", "z"] };
    const [drink, book] = ["drink", "book"].map((thing) => ({
      ...pair,
      text: pair.text.replace("drink", thing),
      corrupted: pair.corrupted.replace("drink", thing),
    }));
    const { id } = await result(on.page, [drink, book], analysis);
    address = `/r/${id}`;
    await on.page.context().close();
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1440, 360]) {
      test(`${colorScheme}, ${width} pixels: axe finds nothing, nothing is cut off`, async () => {
        const page = await open(browser, server.url, { colorScheme, viewport: { width, height: 900 } });
        await page.goto(`${address}?head=L2H5`);
        await map(page, "patched_z").waitFor();
        await inspector(page);
        assert.deepEqual(await violations(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page scrolls sideways");
        page.clean(noAdapter);
        await page.context().close();
      });
    }
  }
});
