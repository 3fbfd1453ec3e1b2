// Bundle src/main.ts into the one file the server hands out.
// Usage: node build.mjs [outfile]; the default is the file the Python package ships.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));

await build({
  absWorkingDir: here("."),
  entryPoints: ["src/main.ts"],
  outfile: process.argv[2] ?? here("../../src/tieline/api/static/tieline.js"),
  bundle: true,
  minify: true,
  format: "iife",
  // In-app browsers on older phones follow their system, not the newest release.
  target: ["es2019"],
  charset: "utf8",
  define: { VERSION: JSON.stringify(version) },
  banner: { js: `/*! tieline.js ${version} | Apache-2.0 */` },
});
