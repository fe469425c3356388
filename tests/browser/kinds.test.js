// Results of every kind: prompt tests, the logit lens, and two results or groups against each other.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { choose, run, status, withoutBos } from "./page.js";
import { stage } from "./stage.js";

const figure = (page, name) => page.locator(`[data-figure="${name}"]`);

/** Runs what the form describes and waits for a figure of it. */
async function runFor(page, name) {
  await run(page);
  await figure(page, name).first().waitFor();
  await status(page, "done");
}

describe("results of any kind", () => {
  let page;
  stage((on) => ({ page } = on));

  test("a prompt test lists what comes next, and a token of it becomes an attribution's answer", async () => {
    await choose(page, "Prompt test");
    await runFor(page, "prompt_test");
    const stored = await page.evaluate(async () => {
      const id = location.pathname.split("/")[2];
      return (await (await fetch(`/api/results/${id}`)).json()).events;
    });
    const expected = stored.find((event) => event.name === "prompt_test" && event.prompt === 0).rows;
    const rows = figure(page, "prompt_test").locator("tbody tr");
    assert.equal(await rows.count(), expected.length);
    assert.equal(await rows.nth(1).locator(".tok").textContent(), expected[1][1]);
    assert.equal(await figure(page, "answers").locator("tbody tr").count(), 51);

    await rows.nth(1).getByRole("button", { name: /answer of an attribution/ }).click();
    assert.ok(await page.getByRole("radio", { name: /^Attribution layers/ }).isChecked());
    await runFor(page, "head_attribution");
    const prompts = await page.evaluate(async () => {
      const id = location.pathname.split("/")[2];
      return (await (await fetch(`/api/results/${id}`)).json()).experiment.prompts;
    });
    assert.deepEqual([prompts.length, prompts[0].answer, prompts[0].distractor], [1, expected[1][1], " awful"]);
  });

  test("the logit lens shows a token at every layer and position", async () => {
    await choose(page, "Logit lens");
    await runFor(page, "top_probability");
    const cells = figure(page, "top_probability").locator(".in-cell");
    await cells.first().waitFor();
    // 4 layers and the end, 22 tokens
    assert.equal(await cells.count(), 5 * 22);
    assert.ok((await figure(page, "answer_rank").locator("canvas").count()) === 1);
  });

  test("two runs are laid over each other, and the link keeps it", async () => {
    await choose(page, "Attribution layers");
    await runFor(page, "head_attribution");
    const first = new URL(page.url()).pathname;
    await withoutBos(page);
    await run(page);
    await page.waitForURL((url) => url.pathname.startsWith("/r/") && url.pathname !== first);
    await status(page, "done");
    const runs = page.getByRole("region", { name: "Runs" });
    await runs.getByRole("button", { name: "Compare" }).first().click();
    const beside = figure(page, "beside:head_attribution");
    await beside.locator("canvas").nth(2).waitFor();
    await beside.getByRole("button", { name: "points" }).click();
    await beside.locator(".chart .point").first().waitFor();
    assert.equal(await beside.locator(".chart .point").count(), 32);
    assert.match(page.url(), /with=/);
    const link = page.url();
    await page.reload();
    await beside.locator("canvas").nth(2).waitFor();
    assert.equal(page.url(), link);
    await page.getByRole("button", { name: "Close the comparison" }).click();
    await beside.waitFor({ state: "detached" });
  });

  test("the page never complained", () => page.clean(/No available adapters/));
});
