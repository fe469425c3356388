// The attention grid: every head's pattern on one surface, by WebGPU and by the 2-D canvas, as a reader uses it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { open, painters } from "./browser.js";
import { figure, stored, table } from "./figures.js";
import { inspector, paste, run, status } from "./page.js";
import { stage } from "./stage.js";

const surface = (page) => page.getByRole("application", { name: /^Attention of/ });
const canvas = (page) => surface(page).locator("canvas");
const labels = (page, kind) => figure(page, "attention").locator(`.${kind}`).allTextContents();

/** Runs the attention of the prompts in the form, to its end. */
async function runAttention(page) {
  await page.getByRole("radio", { name: /^Attention/ }).check();
  await run(page);
  await canvas(page).waitFor();
  await status(page, "done");
}

/** What the screen shows of a part of the surface: a byte a channel, row by row. */
async function pixels(page) {
  await page.mouse.move(0, 0);
  const { x, y } = await surface(page).boundingBox();
  const clip = { x: x + 8, y: y + 8, width: 200, height: 200 };
  const png = (await page.screenshot({ clip })).toString("base64");
  const bytes = await page.evaluate(async (png) => {
    const file = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([file], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return btoa(data.reduce((text, byte) => text + String.fromCharCode(byte), ""));
  }, png);
  return Buffer.from(bytes, "base64");
}

const differing = (a, b) => a.reduce((count, value, i) => count + (Math.abs(value - b[i]) > 6 ? 1 : 0), 0);

for (const { name, webgpu } of painters) {
  describe(`the attention grid, ${name}`, () => {
    let server, browser, page;
    stage(
      async (on) => {
        ({ server, browser, page } = on);
        await runAttention(page);
      },
      { webgpu },
    );

    test("shows every head, and says which stand out", async () => {
      assert.equal(await canvas(page).getAttribute("data-renderer"), webgpu ? "webgpu" : "canvas");
      const { figures } = await stored(page);
      const [layers, heads, tokens] = figures.attention.shape;
      assert.deepEqual(await labels(page, "column-label"), Array.from({ length: layers }, (_, i) => `L${i}`));
      assert.deepEqual(await labels(page, "row-label"), Array.from({ length: heads }, (_, i) => `H${i}`));
      const said = await surface(page).getAttribute("aria-label");
      assert.ok(said.startsWith(`Attention of ${layers * heads} heads over ${tokens} tokens, strongest previous token head L`), said);
      assert.ok(new Set(await pixels(page)).size > 40, "nothing is drawn");
    });

    test("its table has the scores", async () => {
      const { figures } = await stored(page);
      const shown = await table(page, "attention");
      assert.deepEqual(shown.columns, ["head", ...figures.attention_scores.columns.slice(2)]);
      const expected = figures.attention_scores.rows;
      assert.equal(shown.rows.length, expected.length);
      assert.equal(shown.rows[9][0], `L${expected[9][0]}H${expected[9][1]}`);
      const number = (text) => Number(text.replace("−", "-").replace("+", ""));
      shown.rows.forEach((row, i) =>
        row.slice(1).forEach((text, j) => assert.ok(Math.abs(number(text) - expected[i][j + 2]) < 1e-3, `${text} for ${expected[i][j + 2]}`)),
      );
    });

    test("wheel and keys zoom, a drag pans, 0 shows all again", async () => {
      const whole = await pixels(page);
      const box = await surface(page).boundingBox();
      await page.mouse.move(box.x + 40, box.y + 40);
      await page.mouse.wheel(0, -600);
      await page.waitForFunction(() => document.querySelector(".atlas .window.zoomed"));
      const close = await pixels(page);
      assert.ok(differing(whole, close) > 1000, "the wheel changes the picture");
      await page.mouse.move(box.x + 300, box.y + 300);
      await page.mouse.down();
      await page.mouse.move(box.x + 200, box.y + 180, { steps: 4 });
      await page.mouse.up();
      assert.ok(differing(close, await pixels(page)) > 1000, "a drag changes the picture");
      assert.equal(new URL(page.url()).searchParams.get("head"), null, "a drag selects nothing");
      await surface(page).press("0");
      await page.waitForFunction(() => !document.querySelector(".atlas .window.zoomed"));
      assert.equal(differing(whole, await pixels(page)), 0);
    });

    test("a query token shows where every head looks, until it is let go", async () => {
      const before = await pixels(page);
      const tokens = page.getByRole("listbox", { name: /^Query token/ });
      await tokens.getByRole("option").nth(7).click();
      await page.mouse.move(0, 0);
      await page.getByText(/^From .*: where 32 heads look, mean\.$/).waitFor();
      const row = await pixels(page);
      assert.ok(differing(before, row) > 1000, "the other rows are faint");

      // mean over the heads of the row of the query
      const { figures } = await stored(page);
      const { shape, values } = figures.attention;
      const [layers, heads, side] = shape;
      const mean = (key) => {
        let sum = 0;
        for (let i = 0; i < layers * heads; i++) sum += values[(i * side + 7) * side + key];
        return sum / (layers * heads);
      };
      const written = await tokens.getByRole("option").first().locator("small").textContent();
      assert.ok(Math.abs(Number(written) - mean(0)) <= 0.005, `${written} for ${mean(0)}`);
      await tokens.press("Escape");
      await page.mouse.move(0, 0);
      assert.equal(differing(before, await pixels(page)), 0);
    });

    test("heads stand in the order of a score, from a least one on", async () => {
      await page.getByRole("combobox", { name: /^Score/ }).selectOption({ label: "previous token head" });
      await page.getByRole("button", { name: "largest first" }).click();
      await figure(page, "attention").locator(".map-label").first().waitFor();
      const { columns, rows } = (await stored(page)).figures.attention_scores;
      const score = columns.indexOf("previous_token_head");
      const sorted = [...rows].sort((a, b) => b[score] - a[score]);
      const name = (row) => `L${row[0]}H${row[1]}`;
      assert.deepEqual(await labels(page, "map-label"), sorted.map(name));
      const least = (sorted[4][score] + sorted[5][score]) / 2;
      await page.getByRole("textbox", { name: "Least score" }).fill(String(least));
      await page.getByRole("textbox", { name: "Least score" }).press("Enter");
      await page.getByText(`5 of ${rows.length} heads`).waitFor();
      assert.deepEqual(await labels(page, "map-label"), sorted.slice(0, 5).map(name));

      const asked = new URL(page.url()).searchParams;
      assert.deepEqual([asked.get("score"), asked.get("order")], ["previous_token_head", "largest"]);
      assert.ok(Math.abs(Number(asked.get("from")) - least) < 1e-6, page.url());
    });

    test("a link opens the same heads in the same order, with the same query", async () => {
      const shown = await labels(page, "map-label");
      await page.getByRole("listbox", { name: /^Query token/ }).getByRole("option").nth(4).click();
      await page.getByRole("checkbox", { name: "One scale" }).check();
      await page.waitForURL(/maps=common/);
      const said = await page.getByText(/^From .*: where 5 heads look/).textContent();
      const other = await open(browser, server.url);
      await other.goto(page.url());
      await other.getByText(said, { exact: true }).waitFor();
      assert.deepEqual(await labels(other, "map-label"), shown);
      assert.ok(await other.getByRole("checkbox", { name: "One scale" }).isChecked());
      assert.ok(Number(await other.getByRole("textbox", { name: "Least score" }).inputValue()) > 0);
      assert.equal(await other.getByRole("combobox", { name: /^Score/ }).evaluate((e) => e.selectedOptions[0].text), "previous token head");
      other.clean(/No available adapters/);
      await other.context().close();

      await page.getByRole("checkbox", { name: "One scale" }).uncheck();
      await page.getByRole("listbox", { name: /^Query token/ }).press("Escape");
      await page.getByRole("combobox", { name: /^Score/ }).selectOption({ label: "none" });
      await page.waitForURL((url) => !/score|order|from|maps|query/.test(url.search));
    });

    test("arrows walk, Enter enlarges, Escape releases", async () => {
      await surface(page).focus();
      await surface(page).press("ArrowRight");
      await surface(page).press("ArrowRight");
      await surface(page).press("ArrowDown");
      await page.locator(".atlas .tip b", { hasText: "L1H1" }).waitFor();
      await surface(page).press("Enter");
      const { element, head } = await inspector(page);
      assert.equal(head, "L1H1");
      assert.equal(new URL(page.url()).searchParams.get("head"), "L1H1");
      await element.locator('[data-figure="pattern"] canvas').waitFor();
      await element.locator('[data-figure="source_attribution"]').waitFor();
      await surface(page).press("Escape");
      await element.waitFor({ state: "detached" });
    });

    test("a prompt without an answer has patterns to enlarge, too", async () => {
      await paste(page, "The cat sat on the mat because the cat was tired");
      await runAttention(page);
      await surface(page).click({ position: { x: 10, y: 10 } });
      const { element, head } = await inspector(page);
      assert.equal(head, "L0H0");
      await element.locator('[data-figure="pattern"] canvas').waitFor();
      await element.getByText(/Give every prompt an answer/).waitFor();
      assert.equal(await element.locator('[data-figure="source_attribution"]').count(), 0);
    });

    test("the page never complained", () => page.clean(/No available adapters/));
  });
}
