// The built binary as the tests use it: on a free port of its own, with a data folder of its own.

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const root = new URL("../../", import.meta.url).pathname;
const binary = process.env.HOOKLENS_BINARY ?? join(root, "target/release/hooklens");

/** A fresh folder for results; `remove` deletes it. */
export async function dataFolder() {
  const path = await mkdtemp(join(tmpdir(), "hooklens-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Writes a bundled model into a folder. */
export const exportModel = (name, folder) => promisify(execFile)(binary, ["export-model", name, folder]);

/**
 * Starts `hooklens serve` and waits for the address it prints.
 * @param {string} data folder of the results
 * @param {number} port 0 takes a free one
 * @param {{options?: string[], environment?: object}} more further options, and variables beside the test's own
 */
export async function serve(data, port = 0, { options = [], environment = {} } = {}) {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run make build`);
  const child = spawn(binary, ["serve", "--port", String(port), "--data", data, ...options], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = [];
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    const listen = (line) => {
      said.push(line);
      const match = line.match(/^listening on (http:\/\/127\.0\.0\.1:\d+)/);
      if (match) resolve(match[1]);
    };
    createInterface({ input: child.stdout }).on("line", listen);
    createInterface({ input: child.stderr }).on("line", listen);
    child.once("error", reject);
    exited.then((code) => reject(new Error(`hooklens serve ended with ${code}:\n${said.join("\n")}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    /** Ends it as a crash would: nothing is flushed. */
    kill: () => {
      child.kill("SIGKILL");
      return exited;
    },
  };
}
