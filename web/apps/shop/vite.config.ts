import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

// The server's own pages stand beside a development server that hands calls on to the demo.
const demo = process.env.NEXUS_DEMO ?? "http://localhost:8000";

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  plugins: [tailwindcss()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../dist/shop",
    emptyOutDir: true,
    target: "es2022",
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": demo, "/auth": demo, "/media": demo } },
});
