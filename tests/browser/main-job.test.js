// The main job, in both ways the heatmap is drawn: open the page, run the film reviews, read the numbers, click a head,
// share, and open the link: in a new browser context, against a restarted server, and against one that never saw it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, painters } from "./browser.js";
import { figure, sameNumbers, stored, table, tables } from "./figures.js";
import { heads, inspector, runMovieSentiment, share, status } from "./page.js";
import { dataFolder, serve } from "./server.js";

// Chromium says so itself where there is no adapter
const noAdapter = /No available adapters/;

for (const painter of painters) {
  describe(`the main job, heatmap by ${painter.name}`, () => {
    let data, server, browser, page, numbers, head, link, failed;

    // each step stands on those before it
    const step = (name, act) =>
      test(name, async (t) => {
        if (failed) return t.skip(`after “${failed}” failed`);
        failed = name;
        await act(t);
        failed = undefined;
      });

    before(async () => {
      data = await dataFolder();
      server = await serve(data.path);
      browser = await launch(painter);
      page = await open(browser, server.url);
    });
    after(async () => {
      await browser?.close();
      await server?.kill();
      await data?.remove();
    });

    step("Run fills the figures with the server's numbers", async () => {
      await page.goto("/");
      await runMovieSentiment(page);
      numbers = await tables(page);
      const { figures, experiment } = await stored(page);
      assert.equal(experiment.prompts.length, 51);
      sameNumbers(numbers, figures);
      assert.equal(numbers.logit_diff.rows.length, 51);
    });

    step("the charts are drawn from the same numbers", async () => {
      const { figures } = await stored(page);
      const [mean] = figures.logit_lens.series.filter((series) => series.name === "mean");
      const chart = figure(page, "logit_lens").locator(".js-plotly-plot");
      await chart.waitFor();
      const drawn = await chart.evaluate((plot) => plot.data.map((trace) => Array.from(trace.y ?? [])));
      const shown = drawn.some((y) => mean.y.every((value, i) => y.some((v) => Math.abs(v - value) < 1e-6)));
      assert.ok(shown, `no trace of the logit lens has its mean ${mean.y}: ${JSON.stringify(drawn)}`);
    });

    step("the heatmap is drawn as this browser can", async () => {
      const canvas = figure(page, "head_attribution").locator("canvas").first();
      assert.equal(await canvas.getAttribute("data-renderer"), painter.webgpu ? "webgpu" : "canvas");
    });

    step("the parts of a layer add up to its attention output", async () => {
      const { columns, rows } = await table(page, "head_attribution");
      assert.deepEqual(columns.slice(-2), ["b_O", "attn_out"]);
      for (const row of rows) {
        const values = row.slice(1).map((text) => Number(text.replace("−", "-")));
        const out = values.pop();
        const sum = values.reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - out) < 1e-3, `${row[0]} adds up to ${sum}, its attn_out is ${out}`);
      }
    });

    step("a click on a head opens the inspector on it", async () => {
      await heads(page).click();
      ({ head } = await inspector(page));
      assert.match(head, /^L\d+H\d+$/);
      assert.equal(new URL(page.url()).searchParams.get("head"), head);
    });

    step("Share copies the link, and it opens the same in a new context", async () => {
      link = await share(page);
      assert.match(link, /\/r\/[0-9a-z]+\?.*head=L\d+H\d+.*#.+/);
      const other = await open(browser, server.url);
      const kinds = [];
      other.on("request", (request) => {
        if (request.method() === "POST" && request.url().endsWith("/api/runs")) {
          kinds.push(request.postDataJSON().analysis.kind);
        }
      });
      await sameResult(other);
      assert.ok(!kinds.includes("attribution"), "the attribution was asked for again");
    });

    step("the same link opens the same after the server was killed and started again", async () => {
      await server.kill();
      server = await serve(data.path, server.port);
      await sameResult(await open(browser, server.url));
    });

    step("where the result is unknown, the page computes it again and finds the same id", async () => {
      const fresh = await dataFolder();
      const other = await serve(fresh.path);
      try {
        const page = await open(browser, other.url);
        await page.goto(link.replace(server.url, other.url));
        await page.getByRole("button", { name: "Compute it here" }).click();
        await page.getByText("the same id").waitFor();
        await status(page, "done");
        assert.deepEqual(await tables(page), numbers);
        assert.equal((await inspector(page)).head, head);
        page.clean(noAdapter, /404/);
      } finally {
        await other.kill();
        await fresh.remove();
      }
    });

    step("the page never complained", () => page.clean(noAdapter));

    async function sameResult(page) {
      await page.goto(link);
      await status(page, "done");
      assert.deepEqual(await tables(page), numbers);
      assert.equal((await inspector(page)).head, head);
      page.clean(noAdapter);
      await page.context().close();
    }
  });
}
