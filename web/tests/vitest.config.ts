import { defineConfig } from "vitest/config";

export default defineConfig({
  root: import.meta.dirname,
  test: { include: ["journeys/*.test.ts"], fileParallelism: false, testTimeout: 90_000, globals: false, expect: { poll: { timeout: 20_000 } } },
});
