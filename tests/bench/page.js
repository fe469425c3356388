// From Run to the first and to the last figure in Chromium: an attribution of the 51 film reviews.
//
//     node tests/bench/page.js demo                       the bundled model
//     node tests/bench/page.js DIR/pythia-410m            a folder with a checkpoint (`checkpoint.py` makes a random one)
//
// Needs `make build`. The first run waits for the model, too; the second, without BOS, does not; the third, of raw weights, does
// again. A figure is drawn once the page has had two frames with it.

import { basename, dirname } from "node:path";
import { launch, open } from "../browser/browser.js";
import { run, withoutBos } from "../browser/page.js";
import { dataFolder, serve } from "../browser/server.js";

const [named = "demo"] = process.argv.slice(2);
const options = named.includes("/") ? ["--models", dirname(named)] : [];

/** Watches a page without figures from now on; `measured` becomes the milliseconds from the press of Run to both. */
const watch = (page) =>
  page.evaluate(() => {
    const drawn = () => document.querySelectorAll(".figures svg.main-svg, .figures canvas[data-renderer]").length;
    const done = () => document.querySelector('.status[data-status="done"]');
    const twoFrames = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
    window.measured = new Promise((resolve) => {
      const begin = ({ timeStamp }) => {
        let first;
        const look = () => {
          if (drawn() && !first) twoFrames(() => (first ??= performance.now() - timeStamp));
          // lines of prompts, lens and layers, and the map of heads
          if (first && done() && drawn() >= 4) {
            return twoFrames(() => resolve({ first, last: performance.now() - timeStamp }));
          }
          requestAnimationFrame(look);
        };
        look();
      };
      addEventListener("click", begin, { once: true, capture: true });
    });
  });

const data = await dataFolder();
const server = await serve(data.path, 0, { options });
const browser = await launch({ webgpu: false });
try {
  const page = await open(browser, server.url);
  for (const [turn, which] of ["first run, with loading", "second run", "third run"].entries()) {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    if (options.length) await page.getByRole("combobox", { name: "Model", exact: true }).selectOption(basename(named));
    // each another experiment, and none that the server knows
    if (turn > 0) await withoutBos(page);
    if (turn > 1) await page.getByRole("checkbox", { name: /Fold/ }).uncheck();
    await watch(page);
    await run(page);
    const { first, last } = await page.evaluate(() => window.measured);
    console.log(`${which}: first figure after ${Math.round(first)} ms, all after ${Math.round(last)} ms`);
  }
} finally {
  await browser.close();
  await server.kill();
  await data.remove();
}
