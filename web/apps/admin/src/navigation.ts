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
  { to: "/packing", label: "packing", icon: "parcel", permission: "orders.read" },
  { to: "/returns", label: "returns", icon: "returns", permission: "orders.read" },
  { to: "/products", label: "products", icon: "products", permission: "catalogue.edit" },
  { to: "/stock", label: "stock", icon: "stock", permission: "stock.edit" },
  { to: "/promotions", label: "promotions", icon: "promotions", permission: "terms.edit" },
  { to: "/delivery", label: "deliveryAndTax", icon: "delivery", permission: "terms.edit" },
  { to: "/payments", label: "payments", icon: "payments", permission: "orders.read" },
  { to: "/books", label: "books", icon: "books", permission: "ledger.read" },
  { to: "/webhooks", label: "webhooks", icon: "webhooks", permission: "webhooks.manage" },
  { to: "/jobs", label: "jobs", icon: "jobs", permission: "jobs.manage" },
  { to: "/staff", label: "staff", icon: "staff" },
];
