/** The pages of the dashboard, in the order of their use, and the right that each one asks for. */
import type { IconName } from "./icons";
import type { Key } from "./texts";

export interface PageOf {
  to: string;
  label: Key;
  icon: IconName;
  permission?: string;
}

export const PAGES: PageOf[] = [
  { to: "/", label: "home", icon: "home" },
  { to: "/orders", label: "orders", icon: "orders", permission: "orders.read" },
];
