// What kind of head it is: detection on the page, scores in the inspector, and a head's weights from there.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { figure, number, stored } from "./figures.js";
import { choose, heads, inspector, run, runMovieSentiment, status } from "./page.js";
import { stage } from "./stage.js";

describe("heads by what they look at and by their weights", () => {
  let page;
  stage((on) => ({ page } = on));

  test("the inspector says what kind of head is selected, as a detection of all heads does", async () => {
    await runMovieSentiment(page);
    await heads(page).click();
    const { element, head } = await inspector(page);
    const [layer, number_of_head] = head.match(/\d+/g).map(Number);
    const score = element.locator('[data-score="previous_token_head"] dd');
    await page.waitForFunction((shown) => shown.textContent !== "–", await score.elementHandle());
    const shown = number(await score.textContent());
    const copying = element.locator('[data-score="copying_score"] dd');
    await page.waitForFunction((shown) => shown.textContent !== "–", await copying.elementHandle());

    await choose(page, "Head detection");
    await page.getByRole("checkbox", { name: "Copying scores, by weights" }).check();
    await run(page);
    await figure(page, "induction_head").locator("canvas").waitFor();
    await status(page, "done");
    const { figures, experiment } = await stored(page);
    const { rows, columns, values } = figures.previous_token_head;
    assert.deepEqual([rows.length, columns.length], [4, 8]);
    assert.ok(Math.abs(values[layer * columns.length + number_of_head] - shown) < 0.006);
    assert.equal(experiment.analysis.error_measure, "mul");
    assert.equal(await figure(page, "copying_score").locator("canvas").count(), 1);
  });

  test("a head's weights are one click from the inspector, and no prompt has part in them", async () => {
    await choose(page, "Attribution layers");
    await run(page);
    await heads(page).waitFor();
    await status(page, "done");
    await heads(page).click();
    const { element, head } = await inspector(page);
    await element.getByRole("button", { name: "weights of this head" }).click();
    await figure(page, "ov_eigenvalues").locator(".chart .point").first().waitFor();
    await status(page, "done");
    const { figures, experiment } = await stored(page);
    assert.deepEqual(experiment.prompts, []);
    assert.equal(`L${experiment.analysis.layer}H${experiment.analysis.head}`, head);
    const points = figure(page, "ov_eigenvalues").locator(".chart .point");
    assert.equal(await points.count(), figures.ov_eigenvalues.x.length);
    const pairs = figure(page, "ov_top_pairs").locator("tbody tr");
    assert.equal(await pairs.count(), 10);
    const tokens = await pairs.first().locator(".tok").allTextContents();
    assert.deepEqual(tokens, figures.ov_top_pairs.rows[0].slice(0, 2));
  });

  test("composition takes no prompts, and the ones typed are kept", async () => {
    await choose(page, "Composition");
    await page.getByText("this analysis is about the weights alone").waitFor();
    await run(page);
    await figure(page, "k_composition").locator("canvas").waitFor();
    await status(page, "done");
    const { k_composition } = (await stored(page)).figures;
    assert.deepEqual([k_composition.rows[0], k_composition.columns[0]], ["L1H0", "L0H0"]);
    await choose(page, "Attribution layers");
    await page.getByRole("button", { name: "Edit a copy" }).waitFor();
  });

  test("the page never complained", () => page.clean(/No available adapters/));
});
