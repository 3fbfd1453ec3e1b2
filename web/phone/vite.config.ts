import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/phone/",
  build: {
    outDir: here("../../src/tieline/simulator/static/phone"),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { "/_sim": "http://127.0.0.1:8100", "/v2": "http://127.0.0.1:8100" } },
  test: { environment: "jsdom", include: ["src/**/*.test.ts"] },
});
