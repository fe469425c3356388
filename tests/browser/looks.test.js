// What holds for every state of the page, and for the documents beside it (documentation, what is taken away): it is
// accessible in both themes, fits a narrow screen, moves nothing on its own, and stays within its Content-Security-Policy.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { open } from "./browser.js";
import { names } from "./figures.js";
import { inspector, run, runMovieSentiment, status } from "./page.js";
import { stage, violations } from "./stage.js";

const noAdapter = /No available adapters/;

describe("the looks", () => {
  let server, browser, result, grid, documents;

  stage(async (on) => {
    const { page } = on;
    ({ server, browser } = on);
    await runMovieSentiment(page);
    result = new URL(page.url());
    result.searchParams.set("head", "L2H5");
    await page.goto("/");
    await page.getByRole("radio", { name: /^Attention/ }).check();
    await run(page);
    await page.getByRole("application", { name: /^Attention of/ }).waitFor();
    await status(page, "done");
    grid = new URL(page.url());
    documents = await addresses(page, [result, grid].map((url) => url.pathname.split("/").at(-1)));
    await page.context().close();
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
    "the attention grid, a head inspected": async (page) => {
      grid.search = "?head=L1H1&query=5";
      await page.goto(grid.href);
      await inspector(page);
    },
    "the attention grid in the order of a score": async (page) => {
      grid.search = "?score=previous_token_head&order=largest&from=0.05&query=5";
      await page.goto(grid.href);
      await page.locator(".map-label").first().waitFor();
    },
    "the list of models": async (page) => {
      await page.goto("/");
      await page.getByRole("button", { name: "All models" }).click();
      await page.getByRole("dialog", { name: "Models" }).getByRole("row", { name: /demo(?!-)/ }).waitFor();
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
        assert.deepEqual(await violations(page), []);
        page.clean(noAdapter, /404/);
        await page.context().close();
      });
    }

    test(`${name} fits 360 pixels`, async () => {
      const page = await open(browser, server.url, { viewport: { width: 360, height: 740 } });
      await go(page);
      assert.deepEqual(await tooWide(page), [], "the page scrolls sideways");
      page.clean(noAdapter, /404/);
      await page.context().close();
    });
  }

  for (const colorScheme of ["light", "dark"]) {
    test(`documentation, files and frames, ${colorScheme}: axe finds nothing, and they fit 360 pixels`, async () => {
      const page = await open(browser, server.url, { colorScheme });
      const found = [];
      for (const address of documents) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.goto(address);
        await page.evaluate(() => document.querySelectorAll("details").forEach((more) => (more.open = true)));
        const wrong = await violations(page);
        await page.setViewportSize({ width: 360, height: 740 });
        const wide = await tooWide(page);
        if (wrong.length + wide.length > 0) found.push({ address, wrong, wide });
      }
      assert.deepEqual(found, []);
      page.clean();
      await page.context().close();
    });
  }

  /** Every page of the documentation, and of these results: the one file, and the frame of every figure. */
  async function addresses(page, ids) {
    await page.goto("/docs/");
    const links = page.getByRole("navigation", { name: "Documentation" }).getByRole("link");
    const found = await links.evaluateAll((all) => all.map((link) => link.href));
    for (const id of ids) {
      found.push(`/api/results/${id}/page.html`);
      const { events } = await page.evaluate(async (id) => (await fetch(`/api/results/${id}`)).json(), id);
      const figures = events.filter((event) => event.event === "figure");
      found.push(...new Set(figures.map(({ name }) => `/embed/${id}?figure=${encodeURIComponent(name)}`)));
    }
    return found;
  }

  /** What reaches over the right edge of the screen, or is squeezed to nothing; what scrolls or is cut off may. */
  const tooWide = (page) =>
    page.evaluate(() => {
      const cut = (element) =>
        element && element !== document.body && (getComputedStyle(element).overflowX !== "visible" || cut(element.parentElement));
      const wrong = (element) => {
        const { right, width, height } = element.getBoundingClientRect();
        const squeezed = element.matches("section, form, .field, fieldset") && width < 1 && height > 1;
        return squeezed || (right > innerWidth + 1 && !cut(element));
      };
      return [...document.querySelectorAll("body *")].filter(wrong).map((element) => element.outerHTML.slice(0, 120));
    });
});
