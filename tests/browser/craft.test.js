// What makes the page a place to work in: keys that are listed, runs that are kept, figures that fill the page, colours for
// every eye, and Back, which undoes what was looked at.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { figure, names } from "./figures.js";
import { heads, inspector, paste, run, runMovieSentiment, status } from "./page.js";
import { stage } from "./stage.js";

const query = (page, key) => new URL(page.url()).searchParams.get(key);

describe("the page's craft", () => {
  let page;
  stage(async (on) => {
    ({ page } = on);
    await runMovieSentiment(page);
  });

  test("? lists the keys, which do what it says", async () => {
    await page.keyboard.press("?");
    const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await list.getByText("next prompt").waitFor();
    await page.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });
    await page.keyboard.press("]");
    await page.waitForURL(/prompt=2/);
    await page.keyboard.press("[");
    await page.waitForURL((url) => !url.searchParams.has("prompt"));
    await page.keyboard.press("/");
    assert.ok(await page.locator(".prompts").evaluate((prompts) => prompts.contains(document.activeElement)));
  });

  test("a figure fills the page, and Back gives the others back", async () => {
    const others = names.filter((name) => name !== "head_attribution");
    await figure(page, "head_attribution").getByRole("button", { name: "Maximise" }).click();
    assert.equal(query(page, "full"), "head_attribution");
    const before = await figure(page, "head_attribution").boundingBox();
    assert.ok(before.width > 1200, `it is ${before.width} pixels wide`);
    for (const name of others) assert.ok(!(await figure(page, name).isVisible()), `${name} is there, too`);
    await page.goBack();
    for (const name of others) await figure(page, name).waitFor();
    assert.equal(query(page, "full"), null);
  });

  test("the other colours are a click away, in every map, and in the link", async () => {
    const strongest = () =>
      figure(page, "head_attribution")
        .getByRole("application")
        .locator("canvas")
        .first()
        .evaluate((canvas) => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          const colors = new Set();
          for (let i = 0; i < data.length; i += 4) colors.add(`${data.slice(i, i + 3)}`);
          return [...colors].sort().join(" ");
        });
    const usual = await strongest();
    await figure(page, "head_attribution").getByRole("button", { name: /^Colours:/ }).click();
    assert.equal(query(page, "palette"), "orange-purple");
    assert.notEqual(await strongest(), usual);
    await page.reload();
    await status(page, "done");
    assert.equal(query(page, "palette"), "orange-purple");
    await figure(page, "head_attribution").getByRole("button", { name: /^Colours:/ }).click();
    assert.equal(query(page, "palette"), null);
  });

  test("Back undoes a selection, one at a time", async () => {
    await heads(page).click();
    const first = (await inspector(page)).head;
    await heads(page).press("ArrowDown");
    await heads(page).press("Enter");
    await page.waitForURL((url) => url.searchParams.get("head") !== first);
    const second = (await inspector(page)).head;
    assert.notEqual(second, first);
    await page.goBack();
    assert.equal(query(page, "head"), first);
    assert.equal((await inspector(page)).head, first);
    await page.goBack();
    assert.equal(query(page, "head"), null);
  });

  test("a run that is kept comes first, and stays after others and a reload", async () => {
    const runs = page.getByRole("region", { name: "Runs" });
    await runs.getByRole("button", { name: /^Keep it: attribution, demo/ }).click();
    await paste(page, "The film was\t great\t awful\nThe plot was\t great\t awful");
    await run(page);
    await page.waitForFunction(() => document.querySelectorAll(".runs li").length === 2);
    await status(page, "done");
    const first = () => runs.getByRole("listitem").first().textContent();
    assert.match(await first(), /movie-sentiment/);
    await page.reload();
    await status(page, "done");
    assert.match(await first(), /movie-sentiment/);
    assert.equal(await runs.getByRole("button", { name: /^Let it go/ }).getAttribute("aria-pressed"), "true");
    // the draft is there, too
    assert.equal(await page.getByRole("textbox", { name: "Prompt 2, answer" }).count(), 0);
    assert.equal(await page.locator(".experiment .short").count(), 2);
  });

  test("the page never complained", () => page.clean(/No available adapters/));
});
