// Two models on one experiment: chosen in the form, shown side by side with their difference, told apart everywhere.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { open, painters } from "./browser.js";
import { figure, number, stored, table } from "./figures.js";
import { choose, inspector, paste, run, runMovieSentiment, status } from "./page.js";
import { exportModel } from "./server.js";
import { stage, violations } from "./stage.js";

const root = new URL("../../", import.meta.url).pathname;
const noAdapter = /No available adapters/;
const sides = ["", "compare_with:", "difference:"];

/**
 * A folder of models: `sibling`, which is the bundled model whose heads of layer 2 write nothing, and `stranger`, of another
 * vocabulary.
 */
const models = await mkdtemp(join(tmpdir(), "hooklens-models-"));
await exportModel("demo", join(models, "sibling"));
await cp(join(root, "tests/golden/checkpoints/gpt2"), join(models, "stranger"), { recursive: true });
await silence(join(models, "sibling/model.safetensors"), "gpt_neox.layers.2.attention.dense.weight");
after(() => rm(models, { recursive: true, force: true }));

/** Makes a tensor of a safetensors file zero. */
async function silence(file, name) {
  const bytes = await readFile(file);
  const header = Number(bytes.readBigUInt64LE(0));
  const { data_offsets: [start, end] } = JSON.parse(bytes.subarray(8, 8 + header).toString())[name];
  bytes.fill(0, 8 + header + start, 8 + header + end);
  await writeFile(file, bytes);
}

const serving = { options: ["--models", models] };
const compareWith = (page) => page.getByRole("combobox", { name: "Compare with" });
const section = (page) => page.getByRole("region", { name: "demo against sibling" });
const maps = (page, name) => figure(page, `difference:${name}`).locator(".side-map .heatmap");

/** Fails unless the columns of a table, one a side, have the stored numbers. */
function same(rows, columns, wanted) {
  wanted.forEach((values, side) => {
    assert.equal(rows.length, values.length);
    rows.forEach((row, i) => {
      const shown = number(row[columns[side]]);
      assert.ok(Math.abs(shown - values[i]) < 1e-4, `${sides[side]} ${row[0]}: ${row[columns[side]]} is shown for ${values[i]}`);
    });
  });
}

for (const painter of painters) {
  describe(`two models, ${painter.name}`, () => {
    let page;
    stage((on) => ({ page } = on), painter, serving);

    test("the form offers the models of the same vocabulary, and the run is named after both", async () => {
      await compareWith(page).getByRole("option", { name: "sibling" }).waitFor({ state: "attached" });
      const offered = await compareWith(page).getByRole("option").allTextContents();
      assert.deepEqual(offered, ["none", "demo-negative", "sibling"]);
      await compareWith(page).selectOption("sibling");
      // prompts one by one, from which the difference has its standard error
      await page.getByRole("checkbox", { name: "A line for each prompt" }).check();
      await runMovieSentiment(page);
      assert.match(await page.title(), /^demo against sibling · movie-sentiment · attribution/);
      assert.equal(await page.locator(".crumbs span").first().textContent(), "demo against sibling");
      assert.equal((await stored(page)).experiment.compare_with, "sibling");
      const runs = page.getByRole("region", { name: "Runs" });
      await runs.getByText("demo against sibling · movie-sentiment").waitFor();
    });

    test("the heads of both and their difference stand side by side, with one scale for the two", async () => {
      await maps(page, "head_attribution").nth(2).waitFor();
      const { figures } = await stored(page);
      const { rows, columns } = await table(page, "difference:head_attribution");
      assert.deepEqual(columns.slice(1), ["demo", "sibling", "difference"]);
      same(rows, [1, 2, 3], sides.map((side) => figures[`${side}head_attribution`].values));
      const silent = rows.filter(([head]) => head.startsWith("L2")).map((row) => number(row[2]));
      assert.deepEqual(silent, Array(8).fill(0));
      const ranges = await figure(page, "difference:head_attribution").locator(".range").allTextContents();
      assert.equal(ranges.length, 3);
      assert.equal(ranges[0], ranges[1]);
      assert.notEqual(ranges[0], ranges[2]);
      // the first model's figures are as they are without another
      assert.equal(await figure(page, "head_attribution").locator("canvas").count(), 2);
      assert.equal(await page.locator('[data-figure^="compare_with:"]').count(), 0);
    });

    test("pointing at a cell of one marks it in all and says its three values; a click inspects the head", async () => {
      const { figures } = await stored(page);
      const shown = figure(page, "difference:head_attribution");
      // layers run left to right: the third column of the second map, first row
      const box = await maps(page, "head_attribution").nth(1).boundingBox();
      const at = { x: (2.5 / 4) * box.width, y: (0.5 / 8) * box.height };
      await maps(page, "head_attribution").nth(1).hover({ position: at });
      assert.equal(await shown.locator(".ring").count(), 3);
      assert.equal(await figure(page, "head_attribution").locator(".ring").count(), 1);
      const [name, ...lines] = (await shown.locator(".tip").innerText()).split("\n").filter((line) => line);
      assert.match(name, /^L2H0/);
      assert.deepEqual(lines.map((line) => line.trim().split(/\s+/).slice(1).join(" ")), ["demo", "sibling", "demo − sibling"]);
      const values = sides.map((side) => figures[`${side}head_attribution`].values[2 * 8]);
      lines.forEach((line, side) => assert.ok(Math.abs(number(line.trim().split(/\s+/)[0]) - values[side]) < 1e-4, line));

      await maps(page, "head_attribution").nth(1).click({ position: at });
      const { element, head } = await inspector(page);
      assert.equal(head, "L2H0");
      await element.getByText("of demo").waitFor();
      const asked = await element.getByRole("link", { name: "open" }).getAttribute("href");
      const of = await page.evaluate(async (id) => (await fetch(`/api/runs/${id}`)).json(), asked.split("/")[2]);
      assert.ok(!("compare_with" in of.experiment), "a head is looked at in the first model");
      await page.keyboard.press("Escape");
    });

    test("lines have both means and the difference with its error, and the link keeps which figure is shown", async () => {
      await section(page).getByRole("button", { name: "Logit lens" }).click();
      const shown = figure(page, "difference:logit_lens");
      await shown.locator(".chart .point").first().waitFor();
      const { figures } = await stored(page);
      const count = figures.logit_lens.x.length;
      assert.equal(await shown.locator(".chart .point").count(), 3 * count);
      const { rows, columns } = await table(page, "difference:logit_lens");
      assert.deepEqual(columns.slice(1), ["demo", "sibling", "difference", "standard error"]);
      const series = (figure, name) => figure.series.find((one) => one.name === name)?.y;
      same(rows, [1, 2, 3], sides.map((side) => series(figures[`${side}logit_lens`], "mean")));
      same(rows, [4], [series(figures["difference:logit_lens"], "stderr")]);

      assert.match(page.url(), /beside=logit_lens/);
      await page.reload();
      await shown.locator(".chart .point").first().waitFor();
      assert.equal(await figure(page, "difference:head_attribution").count(), 0);
    });

    test("numbers stand in one table, and in the headline", async () => {
      const { figures } = await stored(page);
      const means = sides.map((side) => figures[`${side}summary`].values.mean_logit_diff);
      const tabs = section(page).getByRole("group", { name: "Figure" }).getByRole("button");
      await tabs.filter({ hasText: /^all$/ }).click();
      const shown = figure(page, "difference:summary");
      const row = shown.locator("tbody tr", { has: page.getByRole("rowheader", { name: "mean logit diff", exact: true }) });
      const cells = await row.locator("td").allTextContents();
      cells.forEach((text, side) => assert.ok(Math.abs(number(text) - means[side]) < 1e-4, `${text}: ${means[side]}`));
      const words = await page.locator(".summary").innerText();
      assert.match(words, /sibling [+−][\d.]+ · difference [+−][\d.]+/);
      // all: a section for each figure that both have
      const names = Object.keys(figures).filter((name) => figures[`compare_with:${name}`]);
      assert.equal(await section(page).locator(".figure").count(), names.length);
    });

    test("cells of the one against those of the other are a click away", async () => {
      await section(page).getByRole("button", { name: "Head attribution", exact: true }).click();
      const shown = figure(page, "difference:head_attribution");
      await shown.getByRole("button", { name: "points" }).click();
      await shown.locator(".chart .point").first().waitFor();
      assert.equal(await shown.locator(".chart .point").count(), 32);
    });

    test("maps of effects are how far a cell is from changing nothing, in each model", async () => {
      await page.goto("/");
      await paste(page, ["film", "plot"].map((thing) => `The ${thing} was really\t good\t bad`).join("\n"));
      await choose(page, "Ablation");
      await run(page);
      await status(page, "done");
      await maps(page, "ablated_z").nth(2).waitFor();
      const { figures } = await stored(page);
      const { rows } = await table(page, "difference:ablated_z");
      const clean = ["", "compare_with:"].map((side) => figures[`${side}summary`].values.clean);
      const changes = ["", "compare_with:"].map((side, i) => figures[`${side}ablated_z`].values.map((v) => v - clean[i]));
      same(rows, [1, 2], changes);
      // what its heads write is nothing, and so is what their ablation changes
      const silent = rows.filter(([head]) => head.startsWith("L2")).map((row) => number(row[2]));
      assert.ok(silent.every((change) => Math.abs(change) < 1e-4), silent.join());
    });

    test("tokens of both stand beside each other, and arrays are files", async () => {
      await page.goto("/");
      await choose(page, "Prompt test");
      await run(page);
      await status(page, "done");
      await section(page).getByRole("button", { name: /^Next token/ }).or(section(page).locator(".side-table")).first().waitFor();
      await page.goto("/");
      await choose(page, "Attention");
      await run(page);
      await status(page, "done");
      await section(page).getByRole("group", { name: "Figure" }).getByRole("button").filter({ hasText: /^all$/ }).click();
      const files = section(page).locator(".side-files a");
      await files.nth(2).waitFor();
      const found = await files.evaluateAll((all) => Promise.all(all.map(async (link) => (await fetch(link.href)).status)));
      assert.deepEqual(found, [200, 200, 200]);
    });

    test("why a model cannot be compared stands at its choice, and the choice can be taken back", async () => {
      await page.evaluate(() => {
        const draft = JSON.parse(localStorage["hooklens.draft"]);
        localStorage["hooklens.draft"] = JSON.stringify({ ...draft, kind: "attribution", compare_with: "stranger" });
      });
      await page.goto("/");
      await page.locator('#compare-with[aria-invalid="true"]').waitFor();
      assert.ok((await page.locator(".model .bad").innerText()).length > 20);
      await compareWith(page).selectOption("none");
      await page.locator('#compare-with[aria-invalid="false"]').waitFor();
      assert.equal(await page.locator(".model .bad").count(), 0);
    });

    test("the page never complained", () => page.clean(noAdapter, /40[04]|422/));
  });
}

describe("the looks of two models", () => {
  let server, browser, address;
  stage(async (on) => {
    ({ server, browser } = on);
    await compareWith(on.page).selectOption("sibling");
    await runMovieSentiment(on.page);
    address = new URL(on.page.url()).pathname;
    await on.page.context().close();
  }, {}, serving);

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1440, 360]) {
      for (const beside of ["head_attribution", "all"]) {
        test(`${colorScheme}, ${width} pixels, ${beside}: axe finds nothing, nothing is cut off`, async () => {
          const page = await open(browser, server.url, { colorScheme, viewport: { width, height: 900 } });
          await page.goto(`${address}?beside=${beside}`);
          await maps(page, "head_attribution").nth(2).waitFor();
          assert.deepEqual(await violations(page), []);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page scrolls sideways");
          page.clean(noAdapter);
          await page.context().close();
        });
      }
    }
  }
});
