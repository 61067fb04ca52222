import { defineConfig } from "vitest/config";

export default defineConfig({
  root: import.meta.dirname,
  test: { include: ["screens/*.test.ts"], testTimeout: 240_000 },
});
