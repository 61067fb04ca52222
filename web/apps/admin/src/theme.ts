/** Light or dark: what was chosen, else what the system prefers. */
import { recall, remember } from "../../../packages/shared/kept";

function wear(theme: string): void {
  document.documentElement.dataset.theme = theme;
}

export function dress(): void {
  wear(recall("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
}

export function turn(): void {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  wear(next);
  remember("theme", next);
}
