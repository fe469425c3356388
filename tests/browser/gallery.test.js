// The example questions of the start page: each opens its result, which is there already.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { status } from "./page.js";
import { stage } from "./stage.js";

describe("the gallery", () => {
  let page, examples;
  stage(async (on) => {
    page = on.page;
    examples = await page.evaluate(async () => (await fetch("/api/examples")).json());
  });

  test("every question has a card with its map in small", async () => {
    const cards = page.locator(".gallery .card");
    await cards.nth(examples.length - 1).waitFor();
    assert.deepEqual(await cards.locator("b").allTextContents(), examples.map((example) => example.question));
    const cells = await cards.evaluateAll((all) => all.map((card) => card.querySelectorAll("rect").length));
    assert.deepEqual(cells, examples.map((example) => example.map.rows * example.map.columns));
  });

  test("a click opens the result, and nothing is computed for it", async () => {
    for (const { id, question, map } of examples) {
      await page.goto("/");
      await page.getByRole("button", { name: question }).click();
      await page.waitForURL((url) => url.pathname === `/r/${id}`);
      await status(page, "done");
      await page.locator(`[data-figure="${map.figure}"]`).first().waitFor();
    }
    const loaded = await page.evaluate(async () =>
      (await (await fetch("/api/models")).json()).flatMap((model) => model.loaded.map(() => model.name)),
    );
    assert.deepEqual(loaded, [], "no model was loaded");
  });
});
