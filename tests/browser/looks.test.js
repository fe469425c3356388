// What holds for every state of the page: it is accessible in both themes, fits a narrow screen, moves nothing on its
// own, and stays within its Content-Security-Policy.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { launch, open } from "./browser.js";
import { names } from "./figures.js";
import { inspector, runMovieSentiment } from "./page.js";
import { dataFolder, serve } from "./server.js";

const noAdapter = /No available adapters/;

describe("the looks", () => {
  let data, server, browser, axe, result;

  before(async () => {
    data = await dataFolder();
    server = await serve(data.path);
    browser = await launch();
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    const page = await open(browser, server.url);
    await page.goto("/");
    await runMovieSentiment(page);
    result = new URL(page.url());
    result.searchParams.set("head", "L2H5");
    await page.context().close();
  });
  after(async () => {
    await browser?.close();
    await server?.kill();
    await data?.remove();
  });

  const states = {
    "the start screen": async (page) => {
      await page.goto("/");
      await page.getByRole("button", { name: /^Run/ }).waitFor();
    },
    "a result with a head inspected": async (page) => {
      await page.goto(result.href);
      await inspector(page);
    },
    "a result as tables": async (page) => {
      await page.goto(`${result.pathname}?tables=${names.join()}${result.hash}`);
      await page.getByRole("table").nth(3).waitFor();
    },
    "a result that nobody has": async (page) => {
      await page.goto(`/r/${"0".repeat(64)}`);
      await page.getByRole("heading", { name: "This server does not have this result" }).waitFor();
    },
  };

  for (const [name, go] of Object.entries(states)) {
    for (const colorScheme of ["light", "dark"]) {
      test(`${name}, ${colorScheme}: axe finds nothing`, async () => {
        const page = await open(browser, server.url, { colorScheme, reducedMotion: "reduce" });
        await go(page);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
        const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(" ")}`);
        assert.deepEqual(found, []);
        page.clean(noAdapter, /404/);
        await page.context().close();
      });
    }

    test(`${name} fits 360 pixels`, async () => {
      const page = await open(browser, server.url, { viewport: { width: 360, height: 740 } });
      await go(page);
      const wide = await page.evaluate(() => {
        if (document.scrollingElement.scrollWidth <= innerWidth) return [];
        const over = (element) => element.getBoundingClientRect().right > innerWidth;
        return [...document.querySelectorAll("body *")].filter(over).map((element) => element.outerHTML.slice(0, 120));
      });
      assert.deepEqual(wide, [], "the page scrolls sideways");
      page.clean(noAdapter, /404/);
      await page.context().close();
    });
  }
});
